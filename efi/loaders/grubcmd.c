/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GRUB's commands, as far as they decide what is started: grub-core/commands/ and loader/ of GRUB 2.06. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "efi/loaders/bls.h"
#include "efi/loaders/grubenv.h"
#include "efi/loaders/grubrun.h"
#include "scanner/base/bytes.h"
#include "scanner/base/buf.h"
#include "scanner/base/own.h"

/* A command with its arguments. */
struct call {
	const struct grubscript_command *command;
	char *const *args;
	const bool *unknown;
	size_t count;
	unsigned choice;
};

static int no_memory(struct fault *f)
{
	return fault_set(f, ENOMEM, "reading GRUB's configuration");
}

/* ---- Variables ---- */

static int assign(struct grubrun *g, const char *text, bool unknown, unsigned choice,
		  struct fault *f)
{
	const char *equals = strchr(text, '=');
	own_mem char *name = equals ? bytes_text(text, (size_t)(equals - text)) : NULL;
	int result;

	if (!equals)
		return 0;
	if (!name)
		return no_memory(f);
	/* Several choices of one command leave several values. */
	result = choice == 0 ? grubvars_set(g->vars, name, equals + 1, f)
			     : grubvars_add(g->vars, name, equals + 1, f);
	if (result == 0 && unknown)
		result = grubvars_add_unknown(g->vars, name, f);
	g->status = GRUBTEST_YES;
	return result;
}

static int run_set(struct grubrun *g, const struct call *c, struct fault *f)
{
	return c->count > 0 ? assign(g, c->args[0], c->unknown[0], c->choice, f) : 0;
}

static int run_unset(struct grubrun *g, const struct call *c, struct fault *f)
{
	g->status = GRUBTEST_YES;
	return c->count > 0 ? grubvars_unset(g->vars, c->args[0], f) : 0;
}

/* "export a" and "export a=b". */
static int run_export(struct grubrun *g, const struct call *c, struct fault *f)
{
	for (size_t i = 0; i < c->count; i++) {
		own_mem char *name = bytes_text(c->args[i], strcspn(c->args[i], "="));

		if (!name)
			return no_memory(f);
		if (assign(g, c->args[i], c->unknown[i], c->choice, f) < 0 ||
		    grubvars_export(g->vars, name, f) < 0)
			return -1;
	}
	g->status = GRUBTEST_YES;
	return 0;
}

/* The argument of an option that is written "--name=x", "--name x" or "-c x"; NULL: it is not there. What
 * is at *at moves on to the last word of it. */
static const char *option(const struct call *c, size_t *at, const char *name, char letter)
{
	const char *word = c->args[*at];
	size_t n = strlen(name);

	if (strncmp(word, "--", 2) == 0 && strncmp(word + 2, name, n) == 0) {
		if (word[2 + n] == '=')
			return word + 2 + n + 1;
		if (word[2 + n])
			return NULL;
	} else if (!letter || word[0] != '-' || word[1] != letter || word[2]) {
		return NULL;
	}
	if (*at + 1 >= c->count)
		return NULL;
	return c->args[++*at];
}

struct environment {
	struct grubrun *g;
	char *const *wanted; /* names; none: all */
	size_t wanted_count;
};

static int take_variable(void *context, const char *name, const char *value, struct fault *f)
{
	const struct environment *e = context;
	bool wanted = e->wanted_count == 0;

	for (size_t i = 0; i < e->wanted_count; i++)
		wanted |= strcmp(e->wanted[i], name) == 0;
	if (!wanted)
		return 0;
	/* What is chosen for one boot is told apart from what is always the default. */
	if (strcmp(name, "next_entry") == 0) {
		free(e->g->next_entry);
		e->g->next_entry = strdup(value);
		return e->g->next_entry ? 0 : no_memory(f);
	}
	return grubvars_set(e->g->vars, name, value, f);
}

static int load_environment(struct grubrun *g, const char *said, struct environment *e,
			    struct fault *f)
{
	own_mem char *path = NULL;
	own_mem char *text = NULL;
	bool valid = true;
	size_t size;

	if (grubrun_resolve(g, said, &path, f) < 0)
		return -1;
	if (!path)
		return 0;
	if (loaders_read(g->l, path, &text, &size, f) < 0)
		return -1;
	if (text && grubenv_decode(text, size, take_variable, e, &valid, f) < 0)
		return -1;
	if (!valid)
		loaders_remark(g->l, path, 0, "not an environment block of GRUB");
	return 0;
}

static int run_load_env(struct grubrun *g, const struct call *c, struct fault *f)
{
	const char *file = NULL;
	size_t i;

	for (i = 0; i < c->count && c->args[i][0] == '-'; i++) {
		const char *value = option(c, &i, "file", 'f');

		if (value)
			file = value;
	}
	{
		struct environment e = {g, c->args + i, c->count - i};
		const struct grubvars_value *prefix = grubvars_get(g->vars, "prefix");
		own_buf struct buf usual = {0};

		buf_printf(&usual, "%s/grubenv", prefix->count ? prefix->texts[0] : "");
		if (usual.failed)
			return no_memory(f);
		return load_environment(g, file ? file : buf_text(&usual), &e, f);
	}
}

/* search, probe, regexp, read, …: they put into a variable what only the machine knows. */
static int run_sets_unknown(struct grubrun *g, const struct call *c, struct fault *f)
{
	for (size_t i = 0; i < c->count; i++) {
		const char *name = option(c, &i, "set", 's');

		if (!name && strcmp(c->args[i], "--set") == 0)
			name = "root";
		if (!name)
			continue;
		/* "1:name" of regexp */
		while (isdigit((unsigned char)*name) || *name == ':')
			name++;
		/* "--set --fs-uuid" */
		if (*name == '-' || !*name)
			name = "root";
		if (grubvars_set_unknown(g->vars, name, f) < 0)
			return -1;
	}
	return 0;
}

/* search.fs_uuid UUID VARIABLE HINTS… */
static int run_search_dot(struct grubrun *g, const struct call *c, struct fault *f)
{
	return c->count > 1 ? grubvars_set_unknown(g->vars, c->args[1], f) : 0;
}

static int run_read(struct grubrun *g, const struct call *c, struct fault *f)
{
	const char *name = c->count > 0 ? c->args[c->count - 1] : NULL;

	return name && *name != '-' ? grubvars_set_unknown(g->vars, name, f) : 0;
}

/* ---- Conditions ---- */

static enum grubtest_truth is_file(void *context, char kind, const char *path, bool unknown)
{
	struct grubrun *g = context;
	struct loaders_bases bases;
	struct fault f;
	own_mem char *found = NULL;

	if (kind == 'd') {
		own_buf struct buf name = {0};
		const char *behind = strchr(path, ')');

		loaders_bases_any(g->l, g->file->path, path, &bases);
		for (size_t i = 0; i < bases.count; i++) {
			buf_clear(&name);
			buf_printf(&name, "%s%s", bases.at[i], behind ? behind + 1 : path);
			if (!name.failed && loaders_has(g->l, name.data))
				return GRUBTEST_YES;
		}
	} else if (grubrun_resolve(g, path, &found, &f) < 0) {
		return GRUBTEST_UNKNOWN;
	}
	if (found)
		return GRUBTEST_YES;
	return unknown ? GRUBTEST_UNKNOWN : GRUBTEST_NO;
}

static int run_test(struct grubrun *g, const struct call *c, struct fault *f)
{
	size_t count = c->count;

	(void)f;
	if (count > 0 && strcmp(c->args[count - 1], "]") == 0)
		count--;
	g->status = grubtest_run(c->args, c->unknown, count, is_file, g);
	return 0;
}

static int run_true(struct grubrun *g, const struct call *c, struct fault *f)
{
	(void)c;
	(void)f;
	g->status = GRUBTEST_YES;
	return 0;
}

static int run_false(struct grubrun *g, const struct call *c, struct fault *f)
{
	(void)c;
	(void)f;
	g->status = GRUBTEST_NO;
	return 0;
}

/* ---- Other files ---- */

static int missing(struct grubrun *g, const struct call *c, const char *said)
{
	loaders_remark(g->l, g->file->path, c->command->line, "%.150s is not found on this target",
		       said);
	return 0;
}

static int run_source(struct grubrun *g, const struct call *c, struct fault *f)
{
	own_mem char *path = NULL;
	bool found = false;

	if (c->count == 0)
		return 0;
	if (grubrun_resolve(g, c->args[0], &path, f) < 0)
		return -1;
	if (path && grubrun_source(g, path, &found, f) < 0)
		return -1;
	return found || g->stopped ? 0 : missing(g, c, c->args[0]);
}

static int run_configfile(struct grubrun *g, const struct call *c, struct fault *f)
{
	own_mem char *path = NULL;
	bool found = false;

	if (c->count == 0)
		return 0;
	if (grubrun_resolve(g, c->args[0], &path, f) < 0)
		return -1;
	if (path && grubmenu_source(g, path, &found, f) < 0)
		return -1;
	return found || g->stopped ? 0 : missing(g, c, c->args[0]);
}

/* "normal" without a file is $prefix/grub.cfg. */
static int run_normal(struct grubrun *g, const struct call *c, struct fault *f)
{
	const struct grubvars_value *prefix = grubvars_get(g->vars, "prefix");
	own_buf struct buf usual = {0};
	char *args[1];
	struct call again = *c;
	const bool unknown = false;

	if (c->count > 0)
		return run_configfile(g, c, f);
	buf_printf(&usual, "%s/grub.cfg", prefix->count ? prefix->texts[0] : "");
	if (usual.failed)
		return no_memory(f);
	args[0] = usual.data;
	again.args = args;
	again.unknown = &unknown;
	again.count = 1;
	return run_configfile(g, &again, f);
}

static int run_legacy(struct grubrun *g, const struct call *c, struct fault *f)
{
	(void)f;
	loaders_remark(g->l, g->file->path, c->command->line,
		       "a configuration of GRUB Legacy, which is not read");
	return 0;
}

/* Words that are themselves a command. */
static int run_eval(struct grubrun *g, const struct call *c, struct fault *f)
{
	own_buf struct buf text = {0};
	struct grubrun_file *file;
	size_t size;
	int result = 0;

	for (size_t i = 0; i < c->count; i++)
		buf_printf(&text, "%s%s", i ? " " : "", c->args[i]);
	if (text.failed)
		return no_memory(f);
	if (g->file_count++ >= LOADERS_INCLUDES_MAX) {
		grubrun_stop(g, "too much is evaluated");
		return 0;
	}
	size = text.len;
	if (!text.data)
		return 0;
	file = grubrun_keep(g, g->file->path, take_ptr(text.data), size, f);
	if (!file)
		return -1;
	if (++g->depth > GRUBRUN_DEPTH_MAX)
		grubrun_stop(g, "commands in one another, too deep");
	else
		result = grubrun_list(g, grubscript_first(file->script), f);
	g->depth--;
	return result;
}

/* ---- Menus ---- */

static int keep_args(struct grubrun_node *node, const struct call *c, size_t at, struct fault *f)
{
	if (at >= c->count || node->arg_count >= GRUBEXPAND_WORDS_MAX)
		return 0;
	node->args[node->arg_count] = strdup(c->args[at]);
	if (!node->args[node->arg_count])
		return no_memory(f);
	node->arg_count++;
	return 0;
}

/* --users and --unrestricted say who may start it, not who may change it. */
static int read_entry(struct grubrun_node *node, const struct call *c, struct fault *f)
{
	static const struct {
		const char *name;
		char letter;
	} options[] = {{"class", 0}, {"users", 0}, {"hotkey", 0}, {"source", 0}, {"id", 0}};

	node->args = calloc(c->count + 1, sizeof(*node->args));
	if (!node->args)
		return no_memory(f);
	for (size_t i = 0; i < c->count; i++) {
		const char *value = NULL;

		for (size_t n = 0; n < sizeof(options) / sizeof(options[0]) && !value; n++) {
			value = option(c, &i, options[n].name, options[n].letter);
			if (value && strcmp(options[n].name, "id") == 0) {
				free(node->id);
				node->id = strdup(value);
				if (!node->id)
					return no_memory(f);
			}
		}
		if (value || strcmp(c->args[i], "--unrestricted") == 0)
			continue;
		if (keep_args(node, c, i, f) < 0)
			return -1;
	}
	return 0;
}

static int add_node(struct grubrun *g, const struct call *c, bool submenu, struct fault *f)
{
	struct grubrun_node *node = grubmenu_add(g, f);

	g->status = GRUBTEST_YES;
	if (!node)
		return f->os ? -1 : 0;
	node->submenu = submenu;
	node->block = c->command->block;
	node->source = BOOTENTRY_GRUB;
	return read_entry(node, c, f);
}

static int run_menuentry(struct grubrun *g, const struct call *c, struct fault *f)
{
	return c->choice == 0 ? add_node(g, c, false, f) : 0;
}

static int run_submenu(struct grubrun *g, const struct call *c, struct fault *f)
{
	return c->choice == 0 ? add_node(g, c, true, f) : 0;
}

/* An entry file becomes a line of the menu with the commands that blscfg writes for it. */
static int add_item(struct grubrun *g, const struct bls_item *item, struct fault *f)
{
	own_buf struct buf text = {0};
	struct grubrun_node *node;
	struct grubrun_file *file;
	size_t size;

	buf_printf(&text, "%s %s %s\n", item->own_line ? "chainloader" : "linux", item->kernel,
		   item->options ? item->options : "");
	for (size_t i = 0; i < item->initrd_count; i++)
		buf_printf(&text, "%s %s", i == 0 ? "initrd" : "", item->initrds[i]);
	if (text.failed)
		return no_memory(f);
	size = text.len;
	file = grubrun_keep(g, item->path, take_ptr(text.data), size, f);
	if (!file)
		return -1;
	node = grubmenu_add(g, f);
	if (!node)
		return f->os ? -1 : 0;
	node->block = grubscript_first(file->script);
	node->file = file;
	node->source = BOOTENTRY_BLS;
	node->line = item->line;
	node->doubtful |= item->cut || item->url;
	node->args = calloc(1, sizeof(*node->args));
	node->id = strdup(item->id);
	if (!node->args || !node->id)
		return no_memory(f);
	node->args[0] = strdup(item->title ? item->title : item->kernel);
	if (!node->args[0])
		return no_memory(f);
	node->arg_count = 1;
	return 0;
}

static int show_dir(struct grubrun *g, const char *dir, bool *out_any, struct fault *f)
{
	struct loaders *l = g->l;
	struct bls_items items;
	int result = 0;

	if (bls_read_dir(l, dir, &items, f) < 0)
		return -1;
	*out_any = items.count > 0;
	if (items.count > 0 && l->shown_count < sizeof(l->shown) / sizeof(l->shown[0])) {
		l->shown[l->shown_count] = loaders_canonical(l, dir);
		if (l->shown[l->shown_count])
			l->shown_count++;
	}
	for (size_t i = 0; i < items.count && result == 0 && !g->stopped; i++)
		result = add_item(g, &items.at[i], f);
	bls_items_done(&items);
	return result;
}

/* Entries in /loader/entries of $root, or in $blsdir. */
static int run_blscfg(struct grubrun *g, const struct call *c, struct fault *f)
{
	const struct grubvars_value *set = grubvars_get(g->vars, "blsdir");
	const char *said = set->count ? set->texts[0] : "/loader/entries";
	struct loaders_bases bases;
	bool any = false;

	for (size_t i = 0; i < c->count; i++)
		said = option(c, &i, "path", 'p') ? c->args[i] : said;
	if (strncmp(said, "--path=", 7) == 0)
		said += 7;
	if (*said == '(' && strchr(said, ')'))
		said = strchr(said, ')') + 1;
	loaders_bases_any(g->l, g->file->path, said, &bases);
	for (size_t i = 0; i < bases.count && !any && !g->stopped; i++) {
		own_mem char *dir = targetfs_join(bases.at[i], said);

		if (!dir)
			return no_memory(f);
		if (show_dir(g, dir, &any, f) < 0)
			return -1;
	}
	if (!any)
		loaders_remark(g->l, g->file->path, c->command->line,
			       "blscfg finds no entries in %.100s", said);
	return 0;
}

/* ---- Passwords ---- */

static int run_password(struct grubrun *g, const struct call *c, bool clear, struct fault *f)
{
	if (c->count < 2)
		return 0;
	if (g->user_count >= GRUBRUN_USERS_MAX) {
		loaders_remark(g->l, g->file->path, c->command->line,
			       "more than %d users with a password", GRUBRUN_USERS_MAX);
		return 0;
	}
	g->users[g->user_count] = strdup(c->args[0]);
	if (!g->users[g->user_count])
		return no_memory(f);
	g->user_count++;
	g->clear_password |= clear;
	return 0;
}

static int run_password_clear(struct grubrun *g, const struct call *c, struct fault *f)
{
	return run_password(g, c, true, f);
}

static int run_password_hashed(struct grubrun *g, const struct call *c, struct fault *f)
{
	return run_password(g, c, false, f);
}

/* ---- What is started ---- */

/* The command line as GRUB writes it: grub-core/lib/cmdline.c. */
static void add_word(struct buf *out, const char *word)
{
	bool quote = strpbrk(word, " ") != NULL;

	if (out->len > 0)
		buf_addc(out, ' ');
	if (quote)
		buf_addc(out, '"');
	for (; *word; word++) {
		if (strchr("\\'\"", *word))
			buf_addc(out, '\\');
		buf_addc(out, *word);
	}
	if (quote)
		buf_addc(out, '"');
}

static size_t skip_options(const struct call *c)
{
	size_t i = 0;

	while (i < c->count && strncmp(c->args[i], "--", 2) == 0)
		i++;
	return i;
}

static int set_title(struct grubrun *g, struct bootentry *entry, struct fault *f)
{
	const struct grubrun_node *node = g->node;

	if (!node || node->arg_count == 0)
		return 0;
	return loaders_set(g->l, entry, &entry->title, node->args[0], strlen(node->args[0]), f);
}

static int set_cmdline(struct grubrun *g, struct bootentry *entry, const struct call *c,
		       size_t from, struct fault *f)
{
	own_buf struct buf line = {0};

	for (size_t i = from; i < c->count; i++) {
		add_word(&line, c->args[i]);
		entry->incomplete |= c->unknown[i];
	}
	if (line.failed)
		return no_memory(f);
	return loaders_set(g->l, entry, &entry->cmdline, buf_text(&line), line.len, f);
}

static size_t max(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* A new entry for the kernel at args[at]; what stands behind it is its command line. */
static int start_entry(struct grubrun *g, const struct call *c, size_t at, bool with_line,
		       struct fault *f)
{
	const struct grubrun_node *node = g->node;
	unsigned line = node && node->line ? node->line : c->command->line;
	struct loaders_bases bases;
	struct bootentry *entry;

	/* A second kernel takes the place of the first, where both are certain. */
	if (c->choice == 0)
		bootentry_list_cut(g->l->out, max(g->group_first, g->floor));
	entry = loaders_entry(g->l, node ? node->source : BOOTENTRY_GRUB, g->file->path, line, f);
	if (!entry || set_title(g, entry, f) < 0)
		return -1;
	entry->incomplete = g->doubt > 0 || (node && node->doubtful);
	entry->is_default = node && g->node_default;
	entry->is_next = node && g->node_next;
	loaders_bases_any(g->l, g->file->path, c->args[at], &bases);
	if (loaders_set_kernel(g->l, entry, &bases, c->args[at], f) < 0)
		return -1;
	/* A device that is found at boot is no doubt about a file that is found here. */
	if (!entry->kernel && c->unknown[at])
		entry->incomplete = true;
	grubmenu_say_editing(g, entry);
	g->modules = false;
	return with_line ? set_cmdline(g, entry, c, at + 1, f) : 0;
}

static int run_linux(struct grubrun *g, const struct call *c, struct fault *f)
{
	size_t at = skip_options(c);

	return at < c->count ? start_entry(g, c, at, true, f) : 0;
}

static int run_chainloader(struct grubrun *g, const struct call *c, struct fault *f)
{
	size_t at = skip_options(c);

	if (at >= c->count)
		return 0;
	return start_entry(g, c, at, at + 1 < c->count, f);
}

static int run_multiboot(struct grubrun *g, const struct call *c, struct fault *f)
{
	if (run_linux(g, c, f) < 0)
		return -1;
	g->modules = true;
	return 0;
}

/* Where the entries begin that an initrd belongs to: those of this branch, if it has any. */
static size_t initrd_from(const struct grubrun *g)
{
	return max(g->l->out->count > g->group_first ? g->group_first : g->node_first, g->floor);
}

static int add_initrds(struct grubrun *g, const struct call *c, struct bootentry *entry,
		       struct fault *f)
{
	for (size_t i = skip_options(c); i < c->count; i++) {
		const char *name = c->args[i];
		struct loaders_bases bases;

		/* "newc:name:/path" */
		if (strncmp(name, "newc:", 5) == 0 && strchr(name + 5, ':'))
			name = strchr(name + 5, ':') + 1;
		loaders_bases_any(g->l, g->file->path, name, &bases);
		if (loaders_add_initrd(g->l, entry, &bases, name, f) < 0)
			return -1;
		/* That of the device is none, as long as the file is there. */
		if (c->unknown[i] && entry->initrd_count > 0 &&
		    strstr(entry->initrds[entry->initrd_count - 1], "${"))
			entry->incomplete = true;
	}
	return 0;
}

static int run_initrd(struct grubrun *g, const struct call *c, struct fault *f)
{
	struct bootentry_list *out = g->l->out;
	/* Said where it is not known whether it happens, it adds to what was said before. */
	bool adds = out->count == g->group_first || c->choice > 0;

	for (size_t i = initrd_from(g); i < out->count; i++) {
		struct bootentry *entry = &out->entries[i];

		if (adds)
			entry->incomplete |= g->doubt > 0 || c->choice > 0;
		else
			bootentry_clear_initrds(entry);
		if (add_initrds(g, c, entry, f) < 0)
			return -1;
	}
	return 0;
}

/* Of a multiboot kernel: with Xen, the first module is the Linux kernel, which gets an entry of its own
 * with the words behind it ("placeholder" is one that GRUB adds for old versions of Xen). */
static int run_module(struct grubrun *g, const struct call *c, struct fault *f)
{
	struct call kernel = *c;
	size_t at = skip_options(c), first = g->group_first;
	int result;

	if (at >= c->count)
		return 0;
	if (!g->modules) {
		/* Only its file; the words behind it are the module's own. */
		kernel.count = at + 1;
		return run_initrd(g, &kernel, f);
	}
	if (at + 1 < c->count && strcmp(c->args[at + 1], "placeholder") == 0) {
		/* The name stays in front of the words. */
		struct grubexpand words = {0};

		words.words = reallocarray(NULL, c->count, sizeof(*words.words));
		words.unknown = reallocarray(NULL, c->count, sizeof(*words.unknown));
		if (!words.words || !words.unknown) {
			free(words.words);
			free(words.unknown);
			return no_memory(f);
		}
		words.words[0] = c->args[at];
		words.unknown[0] = c->unknown[at];
		for (size_t i = at + 2; i < c->count; i++) {
			words.words[i - at - 1] = c->args[i];
			words.unknown[i - at - 1] = c->unknown[i];
		}
		kernel.args = words.words;
		kernel.unknown = words.unknown;
		kernel.count = c->count - at - 1;
		g->group_first = g->l->out->count;
		result = start_entry(g, &kernel, 0, true, f);
		free(words.words);
		free(words.unknown);
	} else {
		g->group_first = g->l->out->count;
		result = start_entry(g, c, at, true, f);
	}
	/* What follows are its initial ramdisks, not those of the hypervisor. */
	if (g->doubt == 0)
		g->node_first = g->group_first;
	else
		g->group_first = first;
	return result;
}

/* What was said so far is started now; what comes then is something else. */
static int run_boot(struct grubrun *g, const struct call *c, struct fault *f)
{
	struct bootentry_list *out = g->l->out;

	(void)c;
	(void)f;
	/* Outside of a menu nothing is asked. */
	for (size_t i = max(g->node_first, g->floor); !g->node && g->doubt == 0 && i < out->count;
	     i++)
		out->entries[i].is_default = true;
	g->floor = out->count;
	return 0;
}

static int run_nothing(struct grubrun *g, const struct call *c, struct fault *f)
{
	(void)g;
	(void)c;
	(void)f;
	return 0;
}

static int run_break(struct grubrun *g, const struct call *c, struct fault *f)
{
	(void)c;
	(void)f;
	if (g->doubt == 0)
		g->leave = GRUBRUN_BREAK;
	return 0;
}

static int run_return(struct grubrun *g, const struct call *c, struct fault *f)
{
	(void)f;
	if (g->doubt == 0)
		g->leave = GRUBRUN_RETURN;
	g->status = c->count > 0 && strcmp(c->args[0], "0") != 0 ? GRUBTEST_NO : GRUBTEST_YES;
	return 0;
}

/* ---- The table ---- */

static const struct {
	const char *name;
	int (*run)(struct grubrun *g, const struct call *c, struct fault *f);
} commands[] = {
	{"set", run_set},
	{"unset", run_unset},
	{"export", run_export},
	{"load_env", run_load_env},
	{"search", run_sets_unknown},
	{"probe", run_sets_unknown},
	{"regexp", run_sets_unknown},
	{"smbios", run_sets_unknown},
	{"getenv", run_sets_unknown},
	{"cat", run_sets_unknown},
	{"search.file", run_search_dot},
	{"search.fs_label", run_search_dot},
	{"search.fs_uuid", run_search_dot},
	{"read", run_read},
	{"test", run_test},
	{"[", run_test},
	{"true", run_true},
	{"false", run_false},
	{"source", run_source},
	{".", run_source},
	{"extract_entries_source", run_source},
	{"configfile", run_configfile},
	{"extract_entries_configfile", run_configfile},
	{"normal", run_normal},
	{"legacy_configfile", run_legacy},
	{"legacy_source", run_legacy},
	{"eval", run_eval},
	{"menuentry", run_menuentry},
	{"hiddenentry", run_menuentry},
	{"submenu", run_submenu},
	{"blscfg", run_blscfg},
	{"password", run_password_clear},
	{"password_pbkdf2", run_password_hashed},
	{"linux", run_linux},
	{"linux16", run_linux},
	{"linuxefi", run_linux},
	{"legacy_kernel", run_linux},
	{"kexec", run_linux},
	{"xen_hypervisor", run_multiboot},
	{"multiboot", run_multiboot},
	{"multiboot2", run_multiboot},
	{"module", run_module},
	{"module2", run_module},
	{"xen_module", run_module},
	{"xen_linux", run_module},
	{"xen_initrd", run_initrd},
	{"initrd", run_initrd},
	{"initrd16", run_initrd},
	{"initrdefi", run_initrd},
	{"legacy_initrd", run_initrd},
	{"chainloader", run_chainloader},
	{"chainloader_efi", run_chainloader},
	{"linux_kexec", run_linux},
	{"ntldr", run_chainloader},
	{"freedos", run_chainloader},
	{"kfreebsd", run_chainloader},
	{"knetbsd", run_chainloader},
	{"kopenbsd", run_chainloader},
	{"plan9", run_chainloader},
	{"boot", run_boot},
	{"break", run_break},
	{"continue", run_nothing},
	{"return", run_return},
	/* These start nothing and change no variable. */
	{"insmod", run_nothing},
	{"rmmod", run_nothing},
	{"echo", run_nothing},
	{"clear", run_nothing},
	{"save_env", run_nothing},
	{"terminal_input", run_nothing},
	{"terminal_output", run_nothing},
	{"terminal", run_nothing},
	{"serial", run_nothing},
	{"loadfont", run_nothing},
	{"background_image", run_nothing},
	{"background_color", run_nothing},
	{"play", run_nothing},
	{"sleep", run_nothing},
	{"keystatus", run_nothing},
	{"videoinfo", run_nothing},
	{"keymap", run_nothing},
	{"cryptomount", run_nothing},
	{"loopback", run_nothing},
	{"nativedisk", run_nothing},
	{"devicetree", run_nothing},
	{"fwsetup", run_nothing},
	{"reboot", run_nothing},
	{"halt", run_nothing},
	{"exit", run_nothing},
	{"normal_exit", run_nothing},
	{"drivemap", run_nothing},
	{"parttool", run_nothing},
	{"authenticate", run_nothing},
	{"trust", run_nothing},
	{"verify_detached", run_nothing},
	{"acpi", run_nothing},
	{"badram", run_nothing},
	{"cutmem", run_nothing},
	{"ls", run_nothing},
	{"lsefi", run_nothing},
	{"lsefisystab", run_nothing},
	{"cpuid", run_nothing},
	{"outb", run_nothing},
	{"rdmsr", run_nothing},
	{"net_bootp", run_nothing},
	{"gptsync", run_nothing},
	{"export_env", run_nothing},
	{"fix_video", run_nothing},
	{"efi-watchdog", run_nothing},
	{"tpm2_key_protector_init", run_nothing},
	{"increment", run_nothing},
	{"decrement", run_nothing},
};

static const struct grubrun_function *function_of(const struct grubrun *g, const char *name)
{
	for (size_t i = g->function_count; i > 0; i--)
		if (strcmp(g->functions[i - 1].name, name) == 0)
			return &g->functions[i - 1];
	return NULL;
}

static int call_function(struct grubrun *g, const struct grubrun_function *function,
			 const struct call *c, struct fault *f)
{
	const struct grubexpand_scope scope = g->scope;
	const struct grubrun_file *file = g->file;
	int result = 0;

	if (++g->depth > GRUBRUN_DEPTH_MAX) {
		grubrun_stop(g, "functions in one another, too deep");
	} else {
		g->scope = (struct grubexpand_scope){c->args, c->count};
		g->file = function->file;
		g->status = GRUBTEST_YES;
		result = grubrun_list(g, function->block, f);
		g->leave = GRUBRUN_STAY;
		g->scope = scope;
		g->file = file;
	}
	g->depth--;
	return result;
}

static int dispatch(struct grubrun *g, const char *name, const struct call *c, struct fault *f)
{
	const struct grubrun_function *function;

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i].name, name) == 0)
			return commands[i].run(g, c, f);
	function = function_of(g, name);
	if (function)
		return call_function(g, function, c, f);
	/* As a last resort GRUB takes it for an assignment. */
	if (strchr(name, '='))
		return assign(g, name, c->unknown[-1], c->choice, f);
	g->node_unclear = true;
	if (!g->node)
		loaders_remark(g->l, g->file->path, c->command->line,
			       "\"%.60s\" is no command that is known here", name);
	return 0;
}

int grubcmd_run(struct grubrun *g, const struct grubscript_command *command,
		const struct grubexpand *words, unsigned choice, struct fault *f)
{
	bool invert = strcmp(words->words[0], "!") == 0;
	size_t at = invert ? 1 : 0;
	struct call call = {command, words->words + at + 1, words->unknown + at + 1,
			    words->count - at - 1, choice};

	if (words->count <= at)
		return 0;
	if (dispatch(g, words->words[at], &call, f) < 0)
		return -1;
	if (invert)
		g->status = grubtest_not(g->status);
	return 0;
}
