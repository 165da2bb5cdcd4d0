/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of efi/loaders/grub*.c. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "efi/loaders/grubenv.h"
#include "efi/loaders/grubexpand.h"
#include "efi/loaders/grubtest.h"
#include "scanner/base/buf.h"
#include "scanner/base/own.h"
#include "tests/efi/loaders/view.h"
#include "tests/suites.h"

/* Words of each command as GRUB 2.06 would have them ("<a><b>"), or what is wrong with the script. */
static const struct {
	const char *script, *words;
} words[] = {
	{"echo a  b\tc", "<echo><a><b><c>"},
	{"echo a;echo b", "<echo><a>\n<echo><b>"},
	{"echo 'a b' \"c d\"", "<echo><a b><c d>"},
	{"echo a'b'\"c\"d", "<echo><abcd>"},
	{"echo 'a\\b' \"a\\b\" a\\b", "<echo><a\\b><a\\b><ab>"},
	{"echo \"\\$x \\\\ \\\" \\n\"", "<echo><$x \\ \" \\n>"},
	{"echo '$x' \"$x\" $x", "<echo><$x><one two><one><two>"},
	{"echo a$x", "<echo><aone><two>"},
	{"echo ${x}b", "<echo><one><twob>"},
	{"echo $none", "<echo>"},
	{"echo \"$none\" ''", "<echo><><>"},
	{"echo a$none", "<echo><a>"},
	{"echo $e", "<echo>"},
	{"echo \"a\nb\"", "<echo><a\nb>"},
	{"echo a\\\nb", "<echo><ab>"},
	{"echo a \\\n b", "<echo><a><b>"},
	{"echo a # b\necho c#d", "<echo><a>\n<echo><c#d>"},
	{"# only", ""},
	{"echo a\\;b a\\ b \\#c", "<echo><a;b><a b><#c>"},
	{"echo $\"to translate\"", "<echo><to translate>"},
	{"echo $ $1 $$", "<echo><$><$$>"},
	{"echo ${unfinished", "!1: a block that is not closed\n<echo><$>"},
	{"echo if then fi", "<echo><if><then><fi>"},
	{"a=b", "<a=b>"},
	{"echo 'open", "!1: a quotation that is not closed\n<echo><open>"},
	{"echo a | b\necho c", "!1: more than a command\n<echo><a>\n<echo><c>"},
	{"}\necho c", "!1: a \"}\" that closes nothing\n<echo><c>"},
	{"fi\necho c", "!1: not a GRUB command\n<echo><c>"},
	{"if true; then\necho a", "!2: an \"if\" without \"fi\"\n"},
	{"menuentry a {\necho b", "!2: a block that is not closed\n<menuentry><a>"},
};

static void note_error(void *context, unsigned line, const char *what)
{
	buf_printf(context, "!%u: %s\n", line, what);
}

START_TEST(words_are_those_of_grub)
{
	const char *script = words[_i].script;
	const struct grubexpand_scope scope = {NULL, 0};
	own_buf struct buf out = {0};
	struct fault f = {0};
	struct grubvars *vars = grubvars_new(&f);
	struct grubscript *parsed;
	bool first = true;

	ck_assert_int_eq(grubvars_set(vars, "x", "one two", &f), 0);
	ck_assert_int_eq(grubvars_set(vars, "e", "", &f), 0);
	buf_puts(&out, "");
	parsed = grubscript_parse(script, strlen(script), GRUBSCRIPT_BYTES_MAX, note_error, &out,
				  &f);
	ck_assert_ptr_nonnull(parsed);
	for (const struct grubscript_command *c = grubscript_first(parsed); c; c = c->next) {
		own_grubexpand struct grubexpand expanded = {0};
		unsigned choices;

		if (c->kind != GRUBSCRIPT_COMMAND)
			continue;
		ck_assert_int_eq(
			grubexpand_words(vars, &scope, c->words, 0, &choices, &expanded, &f), 0);
		if (!first)
			buf_addc(&out, '\n');
		first = false;
		for (size_t i = 0; i < expanded.count; i++)
			buf_printf(&out, "<%s>", expanded.words[i]);
	}
	grubscript_free(parsed);
	grubvars_free(vars);
	view_expect(take_ptr(out.data), words[_i].words);
}
END_TEST

static const struct {
	const char *expression;
	enum grubtest_truth truth;
} conditions[] = {
	{"", GRUBTEST_NO},
	{"a", GRUBTEST_YES},
	{"! a", GRUBTEST_NO},
	{"a = a", GRUBTEST_YES},
	{"a == b", GRUBTEST_NO},
	{"a != b", GRUBTEST_YES},
	{"9 -lt 10", GRUBTEST_YES},
	{"9 < 10", GRUBTEST_NO},
	{"0x10 -eq 16", GRUBTEST_YES},
	{"3 -ge 4", GRUBTEST_NO},
	{"-n a", GRUBTEST_YES},
	{"-z a", GRUBTEST_NO},
	{"-f there", GRUBTEST_YES},
	{"-s gone", GRUBTEST_NO},
	{"a -a b = b", GRUBTEST_YES},
	{"a = b -o c", GRUBTEST_YES},
	{"a = b -a c -o d = e", GRUBTEST_NO},
	{"( a = b -o c ) -a d", GRUBTEST_YES},
	{"! ( a )", GRUBTEST_NO},
	{"? = a", GRUBTEST_UNKNOWN},
	{"? -a a = b", GRUBTEST_NO},
	{"? -o a", GRUBTEST_YES},
	{"? -a a", GRUBTEST_UNKNOWN},
	{"! ?", GRUBTEST_UNKNOWN},
	{"-n ?", GRUBTEST_UNKNOWN},
	{"-f ?", GRUBTEST_UNKNOWN},
	{"a )", GRUBTEST_UNKNOWN},
};

static enum grubtest_truth fake_file(void *context, char kind, const char *path, bool unknown)
{
	(void)context;
	ck_assert(strchr("efsd", kind) != NULL);
	if (unknown)
		return GRUBTEST_UNKNOWN;
	return strcmp(path, "there") == 0 ? GRUBTEST_YES : GRUBTEST_NO;
}

START_TEST(conditions_are_those_of_grub)
{
	char *copy = strdup(conditions[_i].expression);
	char *args[32], *rest = copy;
	bool unknown[32];
	size_t n = 0;

	for (char *word; (word = strsep(&rest, " ")) != NULL;) {
		if (!*word)
			continue;
		unknown[n] = strcmp(word, "?") == 0;
		args[n++] = word;
	}
	ck_assert_int_eq(grubtest_run(args, unknown, n, fake_file, NULL), conditions[_i].truth);
	free(copy);
}
END_TEST

static int note_variable(void *context, const char *name, const char *value, struct fault *f)
{
	(void)f;
	buf_printf(context, "%s=%s|", name, value);
	return 0;
}

START_TEST(environment_blocks_are_read)
{
	static const struct {
		const char *text, *variables;
		bool valid;
	} blocks[] = {
		{"# GRUB Environment Block\na=b\nc=d e\n####", "a=b|c=d e|", true},
		{"# GRUB Environment Block\na=b\\\nc\\\\d\n", "a=b\nc\\d|", true},
		{"# GRUB Environment Block\nnothing\n=x\na==\n", "a==|", true},
		{"# GRUB Environment Block\na=no end", "a=no end|", true},
		{"# GRUB Environment Block\n", "", true},
		{"a=b\n", "", false},
		{"", "", false},
	};

	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		own_buf struct buf out = {0};
		struct fault f = {0};
		bool valid;

		ck_assert_int_eq(grubenv_decode(blocks[i].text, strlen(blocks[i].text),
						note_variable, &out, &valid, &f),
				 0);
		ck_assert_str_eq(buf_text(&out), blocks[i].variables);
		ck_assert_int_eq(valid, blocks[i].valid);
	}
}
END_TEST

#define CFG "/boot/grub/grub.cfg"
#define ENV "# GRUB Environment Block\n"
#define K                                                                                          \
	{"/boot/vmlinuz", "k"},                                                                    \
	{                                                                                          \
		"/boot/initrd", "i"                                                                \
	}

static const struct view_case cases[] = {
	/* Plain entries; the first is the default. */
	{.files = {K,
		   {CFG, "menuentry 'One' --class x {\n\tlinux /vmlinuz root=/dev/sda1 ro\n"
			 "\tinitrd /initrd\n}\nmenuentry Two {\n linux16 /gone a\\;b\n}\n"}},
	 .entries = "grub " CFG ":2 [One] default edit:anyone\n  said /vmlinuz\n"
		    "  kernel /boot/vmlinuz\n  initrd /boot/initrd\n  line root=/dev/sda1 ro\n"
		    "grub " CFG ":6 [Two] edit:anyone\n  said /gone\n  line a;b\n"},
	/* Quotes of the command line as GRUB writes them. */
	{.files = {K, {CFG, "menuentry a { linux /vmlinuz 'a b' \"c\\\"d\" e\\\\f ; }"}},
	 .entries = "grub " CFG ":1 [a] default edit:anyone\n  said /vmlinuz\n"
		    "  kernel /boot/vmlinuz\n  line \"a b\" c\\\"d e\\\\f\n"},
	/* Several initial ramdisks, one that is named for the image, a device before the path. */
	{.files = {K,
		   {CFG, "menuentry a {\nlinux (hd0,gpt2)/boot/vmlinuz\n"
			 "initrd ($root)/initrd newc:x:/initrd /ucode\n}\n"}},
	 .entries = "grub " CFG ":2 [a] default edit:anyone\n  said (hd0,gpt2)/boot/vmlinuz\n"
		    "  kernel /boot/vmlinuz\n  initrd /boot/initrd\n  initrd /boot/initrd\n"
		    "  initrd /ucode\n  line \n"},
	/* The default is saved by id; the next boot is another one, below a submenu. */
	{.files = {K,
		   {"/boot/grub/grubenv", ENV "saved_entry=b\nnext_entry=Sub>1\n###"},
		   {CFG, "if [ -s $prefix/grubenv ]; then load_env; fi\n"
			 "if [ \"${next_entry}\" ]; then set default=\"${next_entry}\"\n"
			 "else set default=\"${saved_entry}\"; fi\n"
			 "menuentry A --id a { linux /vmlinuz 1; }\n"
			 "menuentry B --id b { linux /vmlinuz 2; }\n"
			 "submenu Sub { menuentry C { linux /vmlinuz 3; }\n"
			 " menuentry D { linux /vmlinuz 4; } }\n"}},
	 .entries = "grub " CFG ":4 [A] edit:anyone\n  said /vmlinuz\n  kernel /boot/vmlinuz\n"
		    "  line 1\n"
		    "grub " CFG ":5 [B] default edit:anyone\n  said /vmlinuz\n"
		    "  kernel /boot/vmlinuz\n  line 2\n"
		    "grub " CFG ":6 [C] edit:anyone\n  said /vmlinuz\n  kernel /boot/vmlinuz\n"
		    "  line 3\n"
		    "grub " CFG ":7 [D] next edit:anyone\n  said /vmlinuz\n"
		    "  kernel /boot/vmlinuz\n  line 4\n"},
	/* A default in a submenu; one that is not there is the first line. */
	{.files = {K,
		   {CFG, "set default='S>>T>y'\nmenuentry A { linux /vmlinuz 1; }\n"
			 "submenu 'S>T' { menuentry C --id x { linux /vmlinuz 3; }\n"
			 "menuentry D --id y { linux /vmlinuz 4; } }\n"}},
	 .entries = "grub " CFG ":2 [A] edit:anyone\n  said /vmlinuz\n  kernel /boot/vmlinuz\n"
		    "  line 1\n"
		    "grub " CFG ":3 [C] edit:anyone\n  said /vmlinuz\n  kernel /boot/vmlinuz\n"
		    "  line 3\n"
		    "grub " CFG ":4 [D] default edit:anyone\n  said /vmlinuz\n"
		    "  kernel /boot/vmlinuz\n  line 4\n"},
	{.files = {K, {CFG, "set default=7\nmenuentry A { linux /vmlinuz 1; }\n"}},
	 .entries = "grub " CFG ":2 [A] default edit:anyone\n  said /vmlinuz\n"
		    "  kernel /boot/vmlinuz\n  line 1\n"},
	/* What only the machine knows: both ways are told, in all their combinations. */
	{.files = {K,
		   {CFG, "if [ \"$grub_platform\" = efi ]; then set x=a\nelif [ $lockdown ]; then\n"
			 "set x=b\nelse set x=c; fi\nmenuentry A { linux /vmlinuz x=$x $x; }\n"}},
	 .entries = "grub " CFG ":5 [A] default edit:anyone\n  said /vmlinuz\n"
		    "  kernel /boot/vmlinuz\n  line x=a a\n"
		    "grub " CFG ":5 [A] default edit:anyone\n  said /vmlinuz\n"
		    "  kernel /boot/vmlinuz\n  line x=b b\n"
		    "grub " CFG ":5 [A] default edit:anyone\n  said /vmlinuz\n"
		    "  kernel /boot/vmlinuz\n  line x=c c\n"},
	{.files = {K,
		   {CFG, "menuentry A {\nif keystatus --shift; then\nlinux /vmlinuz 1\n"
			 "initrd /a\nelse\nlinux /vmlinuz 2\ninitrd /b\nfi\n}\n"}},
	 .entries = "grub " CFG ":3 [A] incomplete default edit:anyone\n  said /vmlinuz\n"
		    "  kernel /boot/vmlinuz\n  initrd /a\n  line 1\n"
		    "grub " CFG ":6 [A] incomplete default edit:anyone\n  said /vmlinuz\n"
		    "  kernel /boot/vmlinuz\n  initrd /b\n  line 2\n"},
	{.files = {K, {CFG, "if cmostest 1; then menuentry A { linux /vmlinuz; }; fi\n"}},
	 .entries = "grub " CFG ":1 [A] incomplete default edit:anyone\n  said /vmlinuz\n"
		    "  kernel /boot/vmlinuz\n  line \n",
	 .remarks = CFG ": line 1: \"cmostest\" is no command that is known here\n"},
	/* An initial ramdisk that depends: it may be there or not. */
	{.files = {K,
		   {CFG, "menuentry A {\nlinux /vmlinuz\ninitrd /initrd\n"
			 "if [ $grub_cpu = x ]; then initrd /evil; fi\n}\n"}},
	 .entries = "grub " CFG ":2 [A] incomplete default edit:anyone\n  said /vmlinuz\n"
		    "  kernel /boot/vmlinuz\n  initrd /boot/initrd\n  initrd /evil\n  line \n"},
	/* The second kernel takes the place of the first; behind "boot" it does not. */
	{.files = {K,
		   {CFG, "menuentry A {\nlinux /vmlinuz 1\nlinux /vmlinuz 2\n}\n"
			 "menuentry B {\nlinux /vmlinuz 1\nboot\nlinux /vmlinuz 2\n}\n"}},
	 .entries = "grub " CFG ":3 [A] default edit:anyone\n  said /vmlinuz\n"
		    "  kernel /boot/vmlinuz\n  line 2\n"
		    "grub " CFG ":6 [B] edit:anyone\n  said /vmlinuz\n"
		    "  kernel /boot/vmlinuz\n  line 1\n"
		    "grub " CFG ":8 [B] edit:anyone\n  said /vmlinuz\n"
		    "  kernel /boot/vmlinuz\n  line 2\n"},
	/* A variable whose value only the machine knows stands there by its name. */
	{.files = {K, {CFG, "probe --set=u -u $root\nmenuentry A { linux /vmlinuz root=$u; }\n"}},
	 .entries = "grub " CFG ":2 [A] incomplete default edit:anyone\n  said /vmlinuz\n"
		    "  kernel /boot/vmlinuz\n  line root=${u}\n"},
	/* Functions with arguments, loops, eval. */
	{.files = {K,
		   {CFG, "function f { menuentry \"$1 $#\" { linux /vmlinuz $1 \"$2\"; }; }\n"
			 "for v in a b; do f $v 'x y'; done\neval 'menuentry \"e\" "
			 "{ linux /vmlinuz; }'\n"}},
	 .entries = "grub " CFG ":1 [a 2] default edit:anyone\n  said /vmlinuz\n"
		    "  kernel /boot/vmlinuz\n  line a 2 \n"
		    "grub " CFG ":1 [b 2] edit:anyone\n  said /vmlinuz\n"
		    "  kernel /boot/vmlinuz\n  line b 2 \n"
		    "grub " CFG ":1 [e] edit:anyone\n  said /vmlinuz\n"
		    "  kernel /boot/vmlinuz\n  line \n"},
	/* A small script on the EFI system partition leads to the real one, and says who may edit. */
	{.files = {K,
		   {"ESP:/EFI/debian/grub.cfg", "search.fs_uuid 1234 root hd0,gpt2\n"
						"set prefix=($root)'/grub'\n"
						"configfile $prefix/grub.cfg\n"},
		   {CFG, "source ${config_directory}/custom.cfg\n"},
		   {"/boot/grub/custom.cfg", "menuentry A { linux /vmlinuz; }\n"}},
	 .entries = "grub /boot/grub/custom.cfg:1 [A] default edit:anyone\n  said /vmlinuz\n"
		    "  kernel /boot/vmlinuz\n  line \n",
	 .remarks = CFG ": line 1: ESP:/EFI/debian/custom.cfg is not found on this target\n"},
	{.files = {K,
		   {"ESP:/EFI/x/grub.cfg", "search --set=root --label x\nconfigfile /gone.cfg\n"}},
	 .entries = "",
	 .remarks = "ESP:/EFI/x/grub.cfg: line 2: /gone.cfg is not found on this target\n"},
	/* Superusers. */
	{.files = {K,
		   {CFG, "set superusers=root\npassword_pbkdf2 root grub.pbkdf2.x\n"
			 "menuentry A --unrestricted { linux /vmlinuz; }\n"
			 "submenu S { menuentry B { linux /vmlinuz; }; }\n"}},
	 .entries = "grub " CFG ":3 [A] default edit:password\n  said /vmlinuz\n"
		    "  kernel /boot/vmlinuz\n  line \n"
		    "grub " CFG ":4 [B] edit:anyone\n  said /vmlinuz\n"
		    "  kernel /boot/vmlinuz\n  line \n"},
	{.files = {K,
		   {CFG, "set superusers=\"a,root\"\nexport superusers\npassword root x\n"
			 "submenu S { menuentry B { linux /vmlinuz; }; }\n"}},
	 .entries = "grub " CFG ":4 [B] default edit:password\n  said /vmlinuz\n"
		    "  kernel /boot/vmlinuz\n  line \n"},
	{.files = {K, {CFG, "set superusers=\"\"\nmenuentry A { linux /vmlinuz; }\n"}},
	 .entries = "grub " CFG ":2 [A] default edit:none\n  said /vmlinuz\n"
		    "  kernel /boot/vmlinuz\n  line \n"},
	{.files = {K,
		   {CFG, "if [ $lockdown = y ]; then set superusers=x; fi\n"
			 "menuentry A { linux /vmlinuz; }\n"}},
	 .entries = "grub " CFG ":2 [A] default edit:unknown\n  said /vmlinuz\n"
		    "  kernel /boot/vmlinuz\n  line \n"},
	{.files = {K, {CFG, "set superusers=x\npassword y z\nmenuentry A { linux /vmlinuz; }\n"}},
	 .entries = "grub " CFG ":3 [A] default edit:none\n  said /vmlinuz\n"
		    "  kernel /boot/vmlinuz\n  line \n"},
	/* Entry files, as Fedora's GRUB shows them: the newest first, variables of the environment. */
	{.files = {K,
		   {"/boot/grub2/grub.cfg", "load_env\nset default=\"${saved_entry}\"\nblscfg\n"},
		   {"/boot/grub2/grubenv", ENV "saved_entry=m-1\nkernelopts=root=/dev/x ro\n#"},
		   {"/boot/loader/entries/m-1.conf", "title One\nlinux /vmlinuz\ninitrd /initrd "
						     "/gone\noptions $kernelopts $tuned\n"},
		   {"/boot/loader/entries/m-10.conf", "linux /vmlinuz\noptions a=\"b c\"\n"},
		   {"/boot/loader/entries/m-9.conf", "title N\nversion 9\n"}},
	 .entries = "bls /boot/loader/entries/m-10.conf:1 [/vmlinuz] edit:anyone\n"
		    "  said /vmlinuz\n  kernel /boot/vmlinuz\n  line \"a=b c\"\n"
		    "bls /boot/loader/entries/m-1.conf:2 [One] default edit:anyone\n"
		    "  said /vmlinuz\n  kernel /boot/vmlinuz\n  initrd /boot/initrd\n"
		    "  initrd /gone\n  line root=/dev/x ro\n",
	 .remarks =
		 "/boot/loader/entries/m-9.conf: an entry without \"linux\", \"efi\" or \"uki\"\n"},
	/* Xen: the hypervisor, and the kernel that it starts. */
	{.files = {K,
		   {"/boot/xen.gz", "x"},
		   {CFG,
		    "menuentry X {\nmultiboot2 /xen.gz placeholder dom0_mem=1G\n"
		    "module2 /vmlinuz placeholder root=/dev/x\nmodule2 --nounzip /initrd\n}\n"}},
	 .entries = "grub " CFG ":2 [X] default edit:anyone\n  said /xen.gz\n"
		    "  kernel /boot/xen.gz\n  line placeholder dom0_mem=1G\n"
		    "grub " CFG ":3 [X] default edit:anyone\n  said /vmlinuz\n"
		    "  kernel /boot/vmlinuz\n  initrd /boot/initrd\n  line root=/dev/x\n"},
	/* Subvolumes; a second name for the same file; two files that may be meant. */
	{.files = {K, {CFG, "menuentry A { linux /@/boot/vmlinuz; initrd /@x/boot/initrd; }\n"}},
	 .entries = "grub " CFG ":1 [A] default edit:anyone\n  said /@/boot/vmlinuz\n"
		    "  kernel /boot/vmlinuz\n  initrd /boot/initrd\n  line \n"},
	{.files = {K,
		   {"/boot/boot/vmlinuz", "same as /boot/vmlinuz"},
		   {CFG, "menuentry A { linux /boot/vmlinuz; }\n"}},
	 .entries = "grub " CFG ":1 [A] default edit:anyone\n  kernel /boot/vmlinuz\n  line \n"},
	{.files = {K, {"/vmlinuz", "other"}, {CFG, "menuentry A { linux /vmlinuz; }\n"}},
	 .entries = "grub " CFG ":1 [A] default edit:anyone\n  said /vmlinuz\n"
		    "  kernel /boot/vmlinuz\n  line \n",
	 .remarks = CFG ": /vmlinuz may be /boot/vmlinuz or /vmlinuz: the first is taken\n"},
	/* Other loaders; entries that start nothing; commands that nobody knows. */
	{.files = {{CFG, "menuentry W { chainloader /EFI/Microsoft/Boot/bootmgfw.efi; }\n"
			 "menuentry F { fwsetup; }\nmenuentry U { start_something; }\n"}},
	 .entries = "grub " CFG ":1 [W] default edit:anyone\n"
		    "  said /EFI/Microsoft/Boot/bootmgfw.efi\n"
		    "grub " CFG ":3 [U] incomplete edit:anyone\n"},
	/* Started without a menu. */
	{.files = {K, {"ESP:/EFI/BOOT/grub.cfg", "linux /vmlinuz a\ninitrd /initrd\nboot\n"}},
	 .entries = "grub ESP:/EFI/BOOT/grub.cfg:1 default edit:anyone\n  said /vmlinuz\n"
		    "  kernel /boot/vmlinuz\n  initrd /boot/initrd\n  line a\n"},
	/* Files that include one another; a menu that leads back. */
	{.files = {K,
		   {CFG, "source /boot/grub/a\nmenuentry A { linux /vmlinuz; }\n"
			 "menuentry back { configfile /boot/grub/grub.cfg; }\n"},
		   {"/boot/grub/a", "source /boot/grub/grub.cfg\nsource /boot/grub/a\n"}},
	 .entries = "grub " CFG ":2 [A] default edit:anyone\n  said /vmlinuz\n"
		    "  kernel /boot/vmlinuz\n  line \n"},
	/* A menu of another file, below a line of this. */
	{.files = {K,
		   {CFG, "menuentry A { configfile /boot/grub/b; }\nmenuentry B "
			 "{ linux /vmlinuz b; }\n"},
		   {"/boot/grub/b", "set default=1\nmenuentry C { linux /vmlinuz c; }\n"
				    "menuentry D { linux /vmlinuz d; }\n"}},
	 .entries = "grub /boot/grub/b:2 [C] edit:anyone\n  said /vmlinuz\n"
		    "  kernel /boot/vmlinuz\n  line c\n"
		    "grub /boot/grub/b:3 [D] default edit:anyone\n  said /vmlinuz\n"
		    "  kernel /boot/vmlinuz\n  line d\n"
		    "grub " CFG ":2 [B] edit:anyone\n  said /vmlinuz\n"
		    "  kernel /boot/vmlinuz\n  line b\n"},
};

START_TEST(configurations_become_entries)
{
	view_check(&cases[_i], grub_find);
}
END_TEST

/* ---- Hostile ---- */

static void hostile(const char *text, size_t size, size_t *out_entries, size_t *out_remarks,
		    char *out_first, size_t first_size)
{
	static const struct view_file none[] = {{NULL, NULL}};
	struct fault f = {0};
	struct view v;

	view_init(&v, none);
	ck_assert(grub_decode(&v.l, CFG, text, size, &f) == 0 || f.os == ENOSPC);
	*out_entries = v.out.count;
	*out_remarks = v.remarks.count + v.out.truncated;
	snprintf(out_first, first_size, "%s", v.remarks.count ? v.remarks.items[0].fault.text : "");
	view_done(&v);
}

static const struct {
	const char *before, *repeated, *after;
	unsigned times;
	size_t entries;
	bool remarked;
} attacks[] = {
	{"", "menuentry x { linux /k; }\n", "", 100000, BOOTENTRY_MAX, true},
	{"", "submenu x {\n", "", 100000, 0, true},
	{"", "if true; then\n", "", 100000, 0, true},
	{"", "if true; then a=1; elif ", "", 50000, 0, true},
	{"menuentry x { linux /k ", "a", "; }", 1000000, 1, true},
	{"menuentry x { linux /k ", "a ", "; }", 100000, 1, true},
	{"set a=aaaaaaaaaaaaaaaa\n", "set a=$a$a\n", "menuentry x { linux /k $a; }", 64, 1, true},
	{"function f { f; f; }\n", "f\n", "", 10, 0, true},
	{"function f { while true; do f; done; }\n", "f\n", "", 10, 0, true},
	{"", "if [ $root = x ]; then set a=$a1; else set a=$a2; fi\n",
	 "menuentry x { linux /k $a; }", 3000, 1, false},
	{"set default='", "a>", "'\nmenuentry x { linux /k; }", 10000, 1, false},
	{"", "'", "", 100001, 0, true},
	{"", "}\n", "", 100000, 0, true},
	{"", "unknown$x\n", "", 100000, 0, true},
	{"", "\\\n", "", 100000, 0, false},
	{"", "password a b\n", "", 1000, 0, true},
	{"menuentry x { linux /k\ninitrd", " /i", "\n}", 1000, 1, true},
	{"", "menuentry y { menuentry x { linux /k; }; }\n", "", 20, 20, false},
	{"menuentry x { linux /k ", "( ", " }", 1000, 1, false},
	{"if [ ", "( ! ", " ]; then true; fi", 400, 0, false},
};

START_TEST(hostile_configurations_end_with_a_remark)
{
	own_buf struct buf text = {0};
	size_t entries, remarks;
	char first[FAULT_TEXT_MAX];

	buf_puts(&text, attacks[_i].before);
	for (unsigned i = 0; i < attacks[_i].times; i++)
		buf_puts(&text, attacks[_i].repeated);
	buf_puts(&text, attacks[_i].after);
	hostile(text.data, text.len, &entries, &remarks, first, sizeof(first));
	ck_assert_msg(entries == attacks[_i].entries, "%zu entries", entries);
	ck_assert_msg((remarks > 0) == attacks[_i].remarked, "%zu remarks: %s", remarks, first);
}
END_TEST

Suite *grub_suite(void)
{
	Suite *suite = suite_create("grub");
	TCase *tc = tcase_create("core");

	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, words_are_those_of_grub, 0, sizeof(words) / sizeof(words[0]));
	tcase_add_loop_test(tc, conditions_are_those_of_grub, 0,
			    sizeof(conditions) / sizeof(conditions[0]));
	tcase_add_test(tc, environment_blocks_are_read);
	tcase_add_loop_test(tc, configurations_become_entries, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_loop_test(tc, hostile_configurations_end_with_a_remark, 0,
			    sizeof(attacks) / sizeof(attacks[0]));
	suite_add_tcase(suite, tc);
	return suite;
}
