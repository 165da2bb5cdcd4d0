/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line a kernel goes by, by arch/.../kernel/setup.c, drivers/of/fdt.c and init/main.c of Linux 6.12. */
#include "efi/kernelcmdline.h"

#include <errno.h>
#include <string.h>

#include "efi/bootconfig.h"

/* --- Architectures --- */

enum { WAYS_MAX = 2 };

static const struct architecture {
	const char *option; /* CONFIG_ of the architecture itself */
	size_t limit;
	const char *gate; /* without it nothing is built in */
	struct way {
		const char *option;
		enum kernelcmdline_rule rule;
	} ways[WAYS_MAX];
	enum kernelcmdline_rule otherwise;
} architectures[] = {
	{"X86",
	 2048,
	 "CMDLINE_BOOL",
	 {{"CMDLINE_OVERRIDE", KERNELCMDLINE_BUILTIN_ONLY}},
	 KERNELCMDLINE_BUILTIN_FIRST},
	{"ARM64",
	 2048,
	 NULL,
	 {{"CMDLINE_EXTEND", KERNELCMDLINE_BUILTIN_LAST},
	  {"CMDLINE_FORCE", KERNELCMDLINE_BUILTIN_ONLY}},
	 KERNELCMDLINE_BUILTIN_INSTEAD},
	{"ARM",
	 1024,
	 NULL,
	 {{"CMDLINE_EXTEND", KERNELCMDLINE_BUILTIN_LAST},
	  {"CMDLINE_FORCE", KERNELCMDLINE_BUILTIN_ONLY}},
	 KERNELCMDLINE_BUILTIN_INSTEAD},
	{"RISCV",
	 1024,
	 NULL,
	 {{"CMDLINE_EXTEND", KERNELCMDLINE_BUILTIN_LAST},
	  {"CMDLINE_FORCE", KERNELCMDLINE_BUILTIN_ONLY}},
	 KERNELCMDLINE_BUILTIN_INSTEAD},
	{"PPC",
	 2048,
	 NULL,
	 {{"CMDLINE_EXTEND", KERNELCMDLINE_BUILTIN_LAST},
	  {"CMDLINE_FORCE", KERNELCMDLINE_BUILTIN_ONLY}},
	 KERNELCMDLINE_BUILTIN_INSTEAD},
	{"LOONGARCH",
	 0, /* not the same in every version */
	 NULL,
	 {{"CMDLINE_FORCE", KERNELCMDLINE_BUILTIN_ONLY},
	  {"CMDLINE_EXTEND", KERNELCMDLINE_BUILTIN_LAST}},
	 KERNELCMDLINE_BUILTIN_INSTEAD},
	{"MIPS",
	 4096,
	 "CMDLINE_BOOL",
	 {{"CMDLINE_OVERRIDE", KERNELCMDLINE_BUILTIN_ONLY},
	  {"MIPS_CMDLINE_BUILTIN_EXTEND", KERNELCMDLINE_BUILTIN_FIRST}},
	 KERNELCMDLINE_BUILTIN_LAST},
	{"SUPERH",
	 512,
	 NULL,
	 {{"CMDLINE_OVERWRITE", KERNELCMDLINE_BUILTIN_ONLY},
	  {"CMDLINE_EXTEND", KERNELCMDLINE_BUILTIN_LAST}},
	 KERNELCMDLINE_LOADER},
	{"MICROBLAZE",
	 256,
	 "CMDLINE_BOOL",
	 {{"CMDLINE_FORCE", KERNELCMDLINE_BUILTIN_ONLY}},
	 KERNELCMDLINE_BUILTIN_INSTEAD},
	{"NIOS2",
	 512,
	 "CMDLINE_BOOL",
	 {{"CMDLINE_FORCE", KERNELCMDLINE_BUILTIN_ONLY}},
	 KERNELCMDLINE_BUILTIN_INSTEAD},
	/* Its length is an option. */
	{"S390", 4096, NULL, {{NULL, KERNELCMDLINE_LOADER}}, KERNELCMDLINE_LOADER},
};

/* Any other, or a configuration that does not say. */
static const struct architecture unknown = {
	NULL,
	0,
	NULL,
	{{"CMDLINE_FORCE", KERNELCMDLINE_BUILTIN_ONLY},
	 {"CMDLINE_EXTEND", KERNELCMDLINE_BUILTIN_LAST}},
	KERNELCMDLINE_BUILTIN_INSTEAD,
};

static bool is_set(struct kconfig config, const char *option)
{
	return kconfig_state(config, option) == KCONFIG_YES;
}

static const struct architecture *architecture_of(struct kconfig config)
{
	for (size_t i = 0; i < sizeof(architectures) / sizeof(architectures[0]); i++)
		if (is_set(config, architectures[i].option))
			return &architectures[i];
	return &unknown;
}

/* CONFIG_COMMAND_LINE_SIZE, where there is such an option. */
static size_t limit_of(struct kconfig config, const struct architecture *architecture)
{
	struct kconfig value = kconfig_value(config, "COMMAND_LINE_SIZE");
	size_t limit = 0;

	for (; value.at < value.end && *value.at >= '0' && *value.at <= '9' && limit < 1 << 20;
	     value.at++)
		limit = limit * 10 + (size_t)(*value.at - '0');
	return limit ? limit : architecture->limit;
}

static enum kernelcmdline_rule rule_of(struct kconfig config,
				       const struct architecture *architecture, bool loader_silent)
{
	enum kernelcmdline_rule rule = architecture->otherwise;

	for (int i = WAYS_MAX - 1; i >= 0; i--)
		if (architecture->ways[i].option && is_set(config, architecture->ways[i].option))
			rule = architecture->ways[i].rule;
	if (rule == KERNELCMDLINE_BUILTIN_INSTEAD && !loader_silent)
		rule = KERNELCMDLINE_LOADER;
	return rule;
}

/* --- Putting it together --- */

static void put(struct buf *out, const char *text)
{
	if (*text && out->len > 0)
		buf_addc(out, ' ');
	buf_puts(out, text);
}

static void combine(enum kernelcmdline_rule rule, const char *loader, const char *builtin,
		    struct buf *out)
{
	bool before = rule == KERNELCMDLINE_BUILTIN_FIRST || rule == KERNELCMDLINE_BUILTIN_ONLY ||
		      rule == KERNELCMDLINE_BUILTIN_INSTEAD;

	if (before)
		put(out, builtin);
	if (rule != KERNELCMDLINE_BUILTIN_ONLY)
		put(out, loader);
	if (rule == KERNELCMDLINE_BUILTIN_LAST)
		put(out, builtin);
}

/* The word, before "--": what follows that is init's. Quotes matter as they do to the kernel. */
static bool has_word(const char *line, const char *word)
{
	bool quotes = false;
	size_t n = strlen(word);

	while (*line) {
		const char *start;

		line += strspn(line, " \t\n\v\f\r");
		start = line;
		for (; *line && (quotes || !strchr(" \t\n\v\f\r", *line)); line++)
			if (*line == '"')
				quotes = !quotes;
		if (line - start == 2 && strncmp(start, "--", 2) == 0)
			return false;
		if ((size_t)(line - start) >= n && strncmp(start, word, n) == 0 &&
		    (start[n] == '=' || (size_t)(line - start) == n))
			return true;
	}
	return false;
}

static void set_bootconfig(struct kconfig config, const char *line, struct kernelcmdline *how)
{
	if (!is_set(config, "BOOT_CONFIG"))
		return;
	how->bootconfig = is_set(config, "BOOT_CONFIG_FORCE") ? KERNELCMDLINE_BOOTCONFIG_ALWAYS
							      : KERNELCMDLINE_BOOTCONFIG_ASKED;
	how->bootconfig_taken =
		how->bootconfig == KERNELCMDLINE_BOOTCONFIG_ALWAYS || has_word(line, "bootconfig");
	how->bootconfig_built_in = is_set(config, "BOOT_CONFIG_EMBED");
}

int kernelcmdline_effective(struct kconfig config, const char *from_loader, struct buf *out,
			    struct kernelcmdline *how, struct fault *f)
{
	const struct architecture *architecture = architecture_of(config);
	own_buf struct buf builtin = {0}, line = {0};

	*how = (struct kernelcmdline){
		.known = architecture != &unknown,
		.limit = limit_of(config, architecture),
	};
	if (!from_loader)
		from_loader = "";
	if (!architecture->gate || is_set(config, architecture->gate))
		(void)kconfig_string(config, "CMDLINE", &builtin);
	if (builtin.len > 0)
		how->rule = rule_of(config, architecture, !*from_loader);
	combine(how->rule, from_loader, buf_text(&builtin), &line);
	how->truncated = how->limit && line.len >= how->limit;
	buf_add(out, buf_text(&line), how->truncated ? how->limit - 1 : line.len);
	set_bootconfig(config, buf_text(&line), how);
	return builtin.failed || line.failed || out->failed
		       ? fault_set(f, ENOMEM, "putting a command line together")
		       : 0;
}

const char *kernelcmdline_rule_name(enum kernelcmdline_rule rule)
{
	static const char *const names[] = {
		[KERNELCMDLINE_LOADER] = "loader",
		[KERNELCMDLINE_BUILTIN_FIRST] = "builtin-first",
		[KERNELCMDLINE_BUILTIN_LAST] = "builtin-last",
		[KERNELCMDLINE_BUILTIN_ONLY] = "builtin-only",
		[KERNELCMDLINE_BUILTIN_INSTEAD] = "builtin-instead",
	};

	return names[rule];
}

bool kernelcmdline_bootconfig(const uint8_t *initrd, size_t size, struct buf *out_kernel,
			      struct buf *out_init, struct fault *why)
{
	const char *text = NULL;
	size_t text_size = 0;

	if (!bootconfig_find(initrd, size, &text, &text_size, why))
		return false;
	return bootconfig_words(text, text_size, "kernel", out_kernel, why) == 0 &&
	       bootconfig_words(text, text_size, "init", out_init, why) == 0;
}
