/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of efi/policyscript.c and efi/shelltext.c. */
#include "efi/policyscript.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/base/buf.h"
#include "scanner/base/own.h"
#include "tests/suites.h"

#define FILE_NAME "/sys/kernel/security/ima/policy"

/* "LINE:POLICY", with "@" before a path of the mounted root; several, separated by blanks. */
static int add_hit(void *context, const struct policyscript_hit *hit, struct fault *f)
{
	struct buf *out = context;

	(void)f;
	buf_printf(out, "%s%u:%s%s", out->len ? " " : "", hit->line, hit->of_root ? "@" : "",
		   hit->policy ? hit->policy : "-");
	return 0;
}

static void expect(const char *script, size_t size, const char *hits)
{
	own_buf struct buf out = {0};
	/* Without the NUL: a sanitizer sees a byte beyond it. */
	own_mem char *exact = malloc(size ? size : 1);
	struct fault f = {0};

	memcpy(exact, script, size);
	ck_assert_int_eq(policyscript_scan(exact, size, add_hit, &out, &f), 0);
	ck_assert_msg(strcmp(buf_text(&out), hits) == 0, "%s\nfound \"%s\", not \"%s\"", script,
		      buf_text(&out), hits);
}

static const struct {
	const char *script, *hits;
} scripts[] = {
	/* The ways to write. */
	{"cat /etc/p > " FILE_NAME "\n", "1:/etc/p"},
	{"cat /etc/p >" FILE_NAME, "1:/etc/p"},
	{"cat /etc/p >> /sys/kernel/security/integrity/ima/policy", "1:/etc/p"},
	{"cat /etc/p 1> " FILE_NAME " 2>/dev/null", "1:/etc/p"},
	{"cat /etc/p >| " FILE_NAME, "1:/etc/p"},
	{"cat < /etc/p > " FILE_NAME, "1:/etc/p"},
	{"</etc/p cat > " FILE_NAME, "1:/etc/p"},
	{"> " FILE_NAME " cat /etc/p", "1:/etc/p"},
	{"echo /etc/p > " FILE_NAME, "1:/etc/p"},
	{"echo -n '/etc/p' > \"" FILE_NAME "\"", "1:/etc/p"},
	{"printf '%s\\n' /etc/p > " FILE_NAME, "1:/etc/p"},
	{"cp /etc/p " FILE_NAME, "1:/etc/p"},
	{"/bin/cp -f /etc/p " FILE_NAME, "1:/etc/p"},
	{"install -m 600 /etc/p " FILE_NAME, "1:/etc/p"},
	{"dd if=/etc/p of=" FILE_NAME " bs=4096", "1:/etc/p"},
	{"dd of=" FILE_NAME " < /etc/p", "1:/etc/p"},
	{"cat /etc/p | dd of=" FILE_NAME, "1:/etc/p"},
	{"tee " FILE_NAME " < /etc/p", "1:-"},
	{"cat /etc/p | tee " FILE_NAME " >/dev/null", "1:/etc/p"},
	{"sed -e 's/#.*//' /etc/p > " FILE_NAME, "1:/etc/p"},
	{"grep -v '^#' /etc/p | sed '/^$/d' > " FILE_NAME, "1:/etc/p"},
	{"(umask 077; cat /etc/p) > " FILE_NAME, "1:-"},
	{"echo 'appraise func=BPRM_CHECK' > " FILE_NAME, "1:-"},
	{"sh -c 'cat /etc/p > " FILE_NAME "'", "1:/etc/p"},
	{"su -c \"cat /etc/p > " FILE_NAME "\" root", "1:/etc/p"},
	{"echo \"$(cat /etc/p)\" > " FILE_NAME, "1:/etc/p"},
	{"echo `cat /etc/p` > " FILE_NAME, "1:/etc/p"},
	{"eval cat /etc/p \\> x", ""},
	/* Where it stands. */
	{"\n\n  cat /etc/p \\\n   > " FILE_NAME "\n", "4:/etc/p"},
	{"if [ -f /etc/p ]; then cat /etc/p > " FILE_NAME "; fi", "1:/etc/p"},
	{"[ -f /x ] && cat /etc/p > " FILE_NAME " || echo no", "1:/etc/p"},
	{"start() {\n\tebegin x\n\tcat /etc/p > " FILE_NAME "\n\teend $?\n}\n", "3:/etc/p"},
	{"case $1 in\nstart) cat /etc/p > " FILE_NAME ";;\nesac", "2:/etc/p"},
	{"true & cat /etc/p > " FILE_NAME, "1:/etc/p"},
	{"printf %s /etc/p > " FILE_NAME " || cat /etc/p > " FILE_NAME, "1:/etc/p 1:/etc/p"},
	/* Variables. */
	{"P=/etc/p\ncat $P > " FILE_NAME, "2:/etc/p"},
	{"export P=\"/etc/p\"; S=/sys/kernel/security; cat \"${P}\" > \"$S/ima/policy\"",
	 "1:/etc/p"},
	{"D=/etc; P=$D/p; T=" FILE_NAME "; cat ${P} >${T}", "1:/etc/p"},
	{"cat ${P:-/etc/p} > " FILE_NAME, "1:/etc/p"},
	{"P=${P-/etc/p}; cat $P > " FILE_NAME, "1:/etc/p"},
	{"cat $P > " FILE_NAME, "1:-"},
	{"cat $1 > " FILE_NAME, "1:-"},
	{"cat /etc/$P > " FILE_NAME, "1:-"},
	{"P=$(find_policy /etc/a); cat $P > " FILE_NAME, "1:-"},
	{"P=/etc/p; P=$X; cat $P > " FILE_NAME, "1:-"},
	{"cat '$P' > " FILE_NAME, "1:-"},
	{"cat ${rootmnt}/etc/p > " FILE_NAME, "1:@/etc/p"},
	{"P=\"${NEWROOT}/etc/p\"; cat \"$P\" > \"${SECURITYFSDIR}\"/ima/policy", "1:@/etc/p"},
	{"I=/etc/p; P=\"${NEWROOT}${I}\"; cat \"$P\" > $IMASECDIR/policy", "1:@/etc/p"},
	{"cat /etc/p > $SECFS/ima/policy", "1:/etc/p"},
	{"for f in /etc/p /etc/q; do cat $f > " FILE_NAME "; done", "1:/etc/p"},
	{"cat /etc/p | while read l; do\necho \"$l\" > " FILE_NAME "\ndone", "2:/etc/p"},
	{"while read l; do echo \"$l\"; done < /etc/p > " FILE_NAME, "1:/etc/p"},
	{"cd /sys/kernel/security/ima && cat /etc/p > policy", "1:/etc/p"},
	{"cd /sys/kernel/security/ima\ncat /etc/p > ./policy", "2:/etc/p"},
	/* What does not write. */
	{"", ""},
	{"# cat /etc/p > " FILE_NAME "\n", ""},
	{"cat " FILE_NAME "\n", ""},
	{"cat " FILE_NAME " > /tmp/backup", ""},
	{"[ -e " FILE_NAME " ] || exit 1", ""},
	{"grep -q x < " FILE_NAME, ""},
	{"echo '> " FILE_NAME "'", ""},
	{"echo \"> " FILE_NAME "\"", ""},
	{"echo x \\> " FILE_NAME, ""},
	{"cat <<EOF\ncat /etc/p > " FILE_NAME "\nEOF\ntrue", ""},
	{"cat <<-'EOF'\ncat /etc/p > " FILE_NAME "\n\tEOF\ncat /q > " FILE_NAME, "4:/q"},
	{"cat > " FILE_NAME " <<EOF\nmeasure\nEOF\necho", "1:-"},
	{"cat /etc/p > /etc/ima/policy", ""},
	{"cp /etc/p /etc/ima/policy", ""},
	{"cat /etc/p > policy", ""},
	{"cat /etc/p > $CONFDIR/policy", ""},
	{"cp " FILE_NAME " /root/policy", "1:-"},
	/* Never ended. */
	{"'cat /etc/p > " FILE_NAME, ""},
	{"\"cat /etc/p > " FILE_NAME, ""},
	{"cat /etc/p > " FILE_NAME " \"", "1:/etc/p"},
	{"$(cat /etc/p > " FILE_NAME, ""},
	{"${x cat > " FILE_NAME, ""},
	{"`cat", ""},
	{"cat <<EOF\nx", ""},
	{"\\", ""},
	{"$", ""},
	{"|||&&;;>><<(){}", ""},
};

START_TEST(hits)
{
	expect(scripts[_i].script, strlen(scripts[_i].script), scripts[_i].hits);
}
END_TEST

/* Texts made to take long, or much memory. */
START_TEST(hostile)
{
	static const char *const parts[] = {
		"$(",	"${", "`",    "\"$(", "X=$X$X;",     "'",      "sh -c ",	  "a|",
		"<<E ", "((", "\\\n", "$((",  "for a in b;", "cd /a;", "> " FILE_NAME " "};
	size_t n = strlen(parts[_i]), size = POLICYSCRIPT_TEXT_MAX;
	own_mem char *text = malloc(size);
	own_buf struct buf out = {0};
	struct fault f = {0};

	for (size_t i = 0; i < size; i++)
		text[i] = parts[_i][i % n];
	if (strncmp(parts[_i], "X=", 2) == 0)
		memcpy(text, "X=abcdefg;", 10);
	ck_assert_int_eq(policyscript_scan(text, size, add_hit, &out, &f), 0);
}
END_TEST

static int add_command(void *context, unsigned line, const char *path, struct fault *f)
{
	(void)f;
	buf_printf(context, "%u:%s ", line, path);
	return 0;
}

START_TEST(commands)
{
	static const char script[] = "#!/bin/sh\n"
				     "/usr/local/sbin/a x /not/this\n"
				     "if /b; then X=1 /c; fi\n"
				     ". /d; sh -e /e | exec /f\n"
				     "echo /g\n"
				     "L=/h; $L\n"
				     "sh -c '/i'\n";
	own_buf struct buf out = {0};
	struct fault f = {0};

	ck_assert_int_eq(policyscript_commands(script, sizeof(script) - 1, add_command, &out, &f),
			 0);
	ck_assert_str_eq(buf_text(&out), "2:/usr/local/sbin/a 3:/b 3:/c 4:/d 4:/e 4:/f 6:/h 7:/i ");
}
END_TEST

static const struct {
	const char *text;
	bool is;
} policies[] = {
	{"appraise func=BPRM_CHECK", true},
	{"  appraise\tfowner=0\n", true},
	{"# comment\n\n\t\n# more\ndont_measure fsmagic=0x9fa0\n", true},
	{"measure mask=MAY_READ uid=0\n", true},
	{"audit func=BPRM_CHECK\n", true},
	{"hash uid<1000\n", true},
	{"appraise obj_type=bin_t\n", true},
	{"dont_hash fsuuid=x", true},
	{"", false},
	{"# appraise func=BPRM_CHECK", false},
	{"appraise\n", false},
	{"appraise\nfunc=BPRM_CHECK\n", false},
	{"appraised func=BPRM_CHECK\n", false},
	{"measure the room, then func=x", true},
	{"measure the room", false},
	{"#!/bin/sh\necho appraise func=BPRM_CHECK", false},
	{"echo\nappraise func=BPRM_CHECK", false},
	{"appraise func=", false},
};

START_TEST(is_policy)
{
	size_t n = strlen(policies[_i].text);
	own_mem char *exact = malloc(n ? n : 1);

	memcpy(exact, policies[_i].text, n);
	ck_assert_msg(policyscript_is_policy(exact, n) == policies[_i].is, "%s", policies[_i].text);
}
END_TEST

START_TEST(names_file)
{
	ck_assert(policyscript_names_file("x" FILE_NAME "x", strlen(FILE_NAME) + 2));
	ck_assert(!policyscript_names_file(FILE_NAME, strlen(FILE_NAME) - 1));
	ck_assert(policyscript_names_file("/sys/kernel/security/integrity/ima/policy", 41));
	ck_assert(!policyscript_names_file("", 0));
	ck_assert_uint_gt(POLICYSCRIPT_NAME_BYTES, 41);
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

Suite *policyscript_suite(void)
{
	Suite *suite = suite_create("policyscript");
	TCase *tcase = tcase_create("policyscript");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, hits, 0, COUNT(scripts));
	tcase_add_loop_test(tcase, hostile, 0, 15);
	tcase_add_test(tcase, commands);
	tcase_add_loop_test(tcase, is_policy, 0, COUNT(policies));
	tcase_add_test(tcase, names_file);
	suite_add_tcase(suite, tcase);
	return suite;
}
