/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * U-Boot: boot.scr (a legacy image, include/image.h of U-Boot 2024.01: a header of 64 bytes, sizes of the
 * parts up to a zero, the script), uEnv.txt and the like (name=value). The scripts are not executed: each
 * command that boots is told with the variables as far as they were set before it. extlinux.conf is read by
 * syslinux.c.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "efi/loaders/loaders.h"
#include "efi/loaders/textline.h"
#include "scanner/base/buf.h"
#include "scanner/base/bytes.h"
#include "scanner/base/own.h"

enum {
	IMAGE_MAGIC = 0x27051956,
	IMAGE_HEADER = 64,
	IMAGE_TYPE_OFFSET = 30,
	IMAGE_TYPE_SCRIPT = 6,
	IMAGE_PARTS_MAX = 64,
	VARIABLES_MAX = 256,
	EXPAND_DEPTH = 8,
	EXPAND_MAX = 10000, /* variables replaced in one script: they may hold one another */
	WORDS_MAX = 64,
};

struct variable {
	char *name, *value;
	bool doubtful; /* set behind an if */
};

struct reader {
	struct loaders *l;
	const char *where;
	struct variable variables[VARIABLES_MAX];
	size_t count;
	unsigned ifs;
	unsigned bootargs_line;
	size_t expanded;
	bool booted, full;
};

static int no_memory(struct fault *f)
{
	return fault_set(f, ENOMEM, "reading a script of U-Boot");
}

static struct variable *lookup(struct reader *r, const char *name, size_t n)
{
	for (size_t i = 0; i < r->count; i++)
		if (strlen(r->variables[i].name) == n &&
		    strncmp(r->variables[i].name, name, n) == 0)
			return &r->variables[i];
	return NULL;
}

static int set(struct reader *r, const char *name, const char *value, unsigned line,
	       struct fault *f)
{
	struct variable *variable = lookup(r, name, strlen(name));
	own_mem char *copy = strdup(value);

	if (!copy)
		return no_memory(f);
	if (!variable) {
		if (r->count >= VARIABLES_MAX) {
			if (!r->full)
				loaders_remark(r->l, r->where, line, "more than %d variables",
					       VARIABLES_MAX);
			r->full = true;
			return 0;
		}
		variable = &r->variables[r->count];
		variable->name = strdup(name);
		if (!variable->name)
			return no_memory(f);
		r->count++;
	}
	free(variable->value);
	variable->value = take_ptr(copy);
	variable->doubtful = r->ifs > 0;
	if (strcmp(name, "bootargs") == 0)
		r->bootargs_line = line;
	return 0;
}

/* ${name}s are replaced as far as they are known; *incomplete when one is not. */
static void expand(struct reader *r, const char *text, unsigned depth, struct buf *out,
		   bool *incomplete)
{
	while (*text && out->len <= BOOTENTRY_TEXT_MAX) {
		bool brace = text[0] == '$' && text[1] == '{';
		const char *name = text + (brace ? 2 : 1);
		const struct variable *variable = NULL;
		size_t n = 0;

		if (*text != '$') {
			buf_addc(out, *text++);
			continue;
		}
		while (isalnum((unsigned char)name[n]) || name[n] == '_')
			n++;
		if (n > 0 && r->expanded < EXPAND_MAX)
			variable = lookup(r, name, n);
		n += brace && name[n] == '}' ? 1 : 0;
		if (variable && depth < EXPAND_DEPTH) {
			r->expanded++;
			*incomplete |= variable->doubtful;
			expand(r, variable->value, depth + 1, out, incomplete);
		} else {
			*incomplete = true;
			buf_add(out, text, (size_t)(name - text) + n);
		}
		text = name + n;
	}
}

/* ---- Scripts ---- */

struct words {
	char *at[WORDS_MAX];
	size_t count;
	bool cut;
};

static void words_done(struct words *w)
{
	for (size_t i = 0; i < w->count; i++)
		free(w->at[i]);
}

static bool add_word(struct words *w, struct buf *word, bool *started)
{
	if (!*started)
		return true;
	*started = false;
	if (w->count >= WORDS_MAX) {
		w->cut = true;
		buf_clear(word);
		return true;
	}
	w->at[w->count] = strdup(buf_text(word));
	buf_clear(word);
	if (!w->at[w->count])
		return false;
	w->count++;
	return true;
}

/* One command of the hush shell, up to ";", a newline, "&&" or "||". Variables stay as they are. */
static bool read_command(const char **at, const char *end, unsigned *line, struct words *w)
{
	own_buf struct buf word = {0};
	bool started = false, good = true;
	char quote = '\0';

	for (; *at < end && good; (*at)++) {
		char c = **at;

		*line += c == '\n';
		if (quote && c == quote) {
			quote = '\0';
		} else if (quote == '\'') {
			buf_addc(&word, c);
		} else if (!quote && (c == '"' || c == '\'')) {
			quote = c;
			started = true;
		} else if (c == '\\' && *at + 1 < end) {
			(*at)++;
			*line += **at == '\n';
			if (**at != '\n')
				buf_addc(&word, **at);
			started |= **at != '\n';
		} else if (!quote && c == '#' && !started) {
			while (*at + 1 < end && (*at)[1] != '\n')
				(*at)++;
		} else if (!quote && c && strchr(";\n&|", c)) {
			(*at)++;
			break;
		} else if (!quote && isspace((unsigned char)c)) {
			good = add_word(w, &word, &started);
		} else {
			buf_addc(&word, c);
			started = true;
		}
	}
	return add_word(w, &word, &started) && good && !word.failed;
}

/* The file that was loaded to the address with these words. */
static const char *loaded(struct reader *r, const char *address)
{
	own_buf struct buf name = {0};
	struct variable *variable;

	buf_printf(&name, "\n%.*s", (int)strcspn(address, ":"), address);
	variable = name.failed ? NULL : lookup(r, name.data, name.len);
	return variable ? variable->value : NULL;
}

static int emit(struct reader *r, const struct words *w, unsigned line, struct fault *f)
{
	const char *kernel = w && w->count > 1 ? loaded(r, w->at[1]) : NULL;
	const char *initrd = w && w->count > 2 ? loaded(r, w->at[2]) : NULL;
	own_buf struct buf text = {0};
	struct loaders_bases bases;
	struct bootentry *entry;
	bool incomplete = r->ifs > 0;
	struct variable *bootargs = lookup(r, "bootargs", 8);

	entry = loaders_entry(r->l, BOOTENTRY_UBOOT, r->where, line, f);
	if (!entry)
		return -1;
	bootentry_set_editing(entry, BOOTENTRY_EDIT_UNKNOWN,
			      "U-Boot's console edits, if the board has one and it can be "
			      "interrupted");
	if (kernel) {
		expand(r, kernel, 0, &text, &incomplete);
		loaders_bases_any(r->l, r->where, buf_text(&text), &bases);
		if (text.failed || loaders_set_kernel(r->l, entry, &bases, buf_text(&text), f) < 0)
			return text.failed ? no_memory(f) : -1;
	}
	if (initrd) {
		buf_clear(&text);
		expand(r, initrd, 0, &text, &incomplete);
		loaders_bases_any(r->l, r->where, buf_text(&text), &bases);
		if (text.failed || loaders_add_initrd(r->l, entry, &bases, buf_text(&text), f) < 0)
			return text.failed ? no_memory(f) : -1;
	}
	if (bootargs) {
		buf_clear(&text);
		incomplete |= bootargs->doubtful;
		expand(r, bootargs->value, 0, &text, &incomplete);
		if (text.failed)
			return no_memory(f);
		if (loaders_set(r->l, entry, &entry->cmdline, buf_text(&text), text.len, f) < 0)
			return -1;
	}
	entry->incomplete |= incomplete || !kernel || !bootargs || (w && w->cut);
	r->booted = true;
	return 0;
}

/* "load mmc 0:1 ${kernel_addr_r} /vmlinuz" */
static int note_load(struct reader *r, const struct words *w, size_t address, unsigned line,
		     struct fault *f)
{
	own_buf struct buf name = {0};

	if (w->count < address + 2)
		return 0;
	/* No name of a variable begins with a newline. */
	buf_printf(&name, "\n%s", w->at[address]);
	return name.failed ? no_memory(f) : set(r, name.data, w->at[address + 1], line, f);
}

static int set_words(struct reader *r, const struct words *w, size_t from, unsigned line,
		     struct fault *f)
{
	own_buf struct buf value = {0}, done = {0};
	bool incomplete = false;
	size_t n;

	if (w->count <= from)
		return 0;
	for (size_t i = from + 1; i < w->count; i++)
		buf_printf(&value, "%s%s", i > from + 1 ? " " : "", w->at[i]);
	n = strlen(w->at[from]);
	/* What refers to itself has to be taken now. */
	if (n > 0 && strstr(buf_text(&value), w->at[from]))
		expand(r, buf_text(&value), EXPAND_DEPTH - 1, &done, &incomplete);
	else
		buf_puts(&done, buf_text(&value));
	if (value.failed || done.failed)
		return no_memory(f);
	return set(r, w->at[from], buf_text(&done), line, f);
}

static bool among(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(word, *words) == 0)
			return true;
	return false;
}

static int run_command(struct reader *r, struct words *w, unsigned line, struct fault *f)
{
	static const char *const blocks[] = {"if", "for", "while", "until", NULL};
	static const char *const ends[] = {"fi", "done", NULL};
	static const char *const leads[] = {"then", "else", "elif", "do", "if", "while", NULL};
	static const char *const loads[] = {"load",	 "fatload", "ext2load",
					    "ext4load",	 "fsload",  "sqfsload",
					    "ubifsload", "zfsload", NULL};
	static const char *const boots[] = {"booti", "bootz", "bootm", "bootefi", "zboot", NULL};
	struct words rest = *w;

	while (rest.count > 0) {
		if (among(rest.at[0], blocks))
			r->ifs++;
		if (among(rest.at[0], ends) && r->ifs > 0)
			r->ifs--;
		if (!among(rest.at[0], leads))
			break;
		memmove(rest.at, rest.at + 1, (rest.count - 1) * sizeof(*rest.at));
		rest.count--;
	}
	if (rest.count == 0)
		return 0;
	if (strcmp(rest.at[0], "setenv") == 0)
		return set_words(r, &rest, rest.count > 1 && strcmp(rest.at[1], "-f") == 0 ? 2 : 1,
				 line, f);
	if (rest.count > 1 && strcmp(rest.at[0], "env") == 0 && strcmp(rest.at[1], "set") == 0)
		return set_words(r, &rest, rest.count > 2 && strcmp(rest.at[2], "-f") == 0 ? 3 : 2,
				 line, f);
	if (among(rest.at[0], loads))
		return note_load(r, &rest, 3, line, f);
	if (strcmp(rest.at[0], "tftp") == 0 || strcmp(rest.at[0], "tftpboot") == 0)
		return note_load(r, &rest, 1, line, f);
	if (among(rest.at[0], boots))
		return emit(r, &rest, line, f);
	return 0;
}

static int decode_script(struct reader *r, const char *text, size_t size, struct fault *f)
{
	const char *at = text, *end = text + size;
	unsigned line = 1;
	int result = 0;

	while (at < end && result == 0) {
		struct words w = {0};
		unsigned first;

		while (at < end && isspace((unsigned char)*at))
			line += *at++ == '\n';
		first = line;
		if (read_command(&at, end, &line, &w))
			result = run_command(r, &w, first, f);
		else
			result = no_memory(f);
		words_done(&w);
	}
	/* The command line is prepared here, and what boots is elsewhere. */
	if (result == 0 && !r->booted && lookup(r, "bootargs", 8))
		result = emit(r, NULL, r->bootargs_line, f);
	return result;
}

/* ---- Environments: uEnv.txt ---- */

static int decode_environment(struct reader *r, const char *text, size_t size, struct fault *f)
{
	/* What boards' boot scripts put into the command line. */
	static const char *const lines[] = {"bootargs",	  "extraargs",	  "cmdline", "optargs",
					    "args_extra", "console_args", NULL};
	struct textline_reader reader = {text, size, 0};
	struct textline line;

	while (textline_next(&reader, &line)) {
		own_mem char *name = NULL;
		own_mem char *value = NULL;
		struct bootentry *entry;

		if (line.n == 0 || *line.at == '#')
			continue;
		name = textline_dup(textline_trim(textline_until(&line, "=")));
		value = textline_dup(textline_trim(line));
		if (!name || !value)
			return no_memory(f);
		if (!among(name, lines))
			continue;
		entry = loaders_entry(r->l, BOOTENTRY_UBOOT, r->where, reader.number, f);
		if (!entry)
			return -1;
		entry->incomplete = true;
		bootentry_set_editing(entry, BOOTENTRY_EDIT_UNKNOWN,
				      "U-Boot's console edits, if the board has one and it can be "
				      "interrupted");
		if (loaders_set(r->l, entry, &entry->title, name, strlen(name), f) < 0 ||
		    loaders_set(r->l, entry, &entry->cmdline, value, strlen(value), f) < 0)
			return -1;
	}
	return 0;
}

/* ---- What is found on a target ---- */

/* The script inside of a legacy image; false: it is none. */
static bool script_of(struct loaders *l, const char *where, const char *data, size_t size,
		      struct textline *out)
{
	struct bytes b = bytes_of(data, size);
	uint32_t length = 0, part;

	if (bytes_u32be(&b) != IMAGE_MAGIC || size < IMAGE_HEADER)
		return false;
	if ((unsigned char)data[IMAGE_TYPE_OFFSET] != IMAGE_TYPE_SCRIPT)
		loaders_remark(l, where, 0, "an image that is no script");
	b = bytes_of(data + IMAGE_HEADER, size - IMAGE_HEADER);
	/* Only the first part is executed. */
	for (size_t i = 0; i < IMAGE_PARTS_MAX; i++) {
		part = bytes_u32be(&b);
		if (part == 0 || b.bad)
			break;
		if (i == 0)
			length = part;
	}
	if (b.bad || length > b.left) {
		loaders_remark(l, where, 0, "a script that says it is longer than the file");
		length = b.bad ? 0 : (uint32_t)b.left;
	}
	*out = (struct textline){b.bad ? data : (const char *)b.at, length};
	return true;
}

static void done(struct reader *r)
{
	for (size_t i = 0; i < r->count; i++) {
		free(r->variables[i].name);
		free(r->variables[i].value);
	}
}

static bool is_environment(const char *where)
{
	size_t n = strlen(where);

	return n > 7 && strcmp(where + n - 7, "Env.txt") == 0;
}

int uboot_decode(struct loaders *l, const char *where, const char *text, size_t size,
		 struct fault *f)
{
	struct reader r = {.l = l, .where = where};
	struct textline script = {text, size};
	int result;

	if (is_environment(where))
		result = decode_environment(&r, text, size, f);
	else if (script_of(l, where, text, size, &script))
		result = decode_script(&r, script.at, script.n, f);
	else
		result = decode_script(&r, text, size, f);
	done(&r);
	return result;
}

/* Its header has NUL bytes, so it is not read as a text. */
static int read_one(struct loaders *l, const char *tree, const char *rest, struct fault *f)
{
	own_buf struct buf path = {0};
	own_mem uint8_t *data = NULL;
	struct fault why = {0};
	size_t size;

	buf_printf(&path, "%s%s", tree, rest);
	if (path.failed)
		return no_memory(f);
	if (is_environment(rest))
		return loaders_decode(l, tree, rest, uboot_decode, f);
	if (l->files->read(l->files->context, path.data, LOADERS_FILE_MAX, &data, &size, &why) <
	    0) {
		if (why.os == ENOMEM)
			return no_memory(f);
		if (why.os != ENOENT && why.os != ENOTDIR)
			loaders_remark(l, path.data, 0, "%.200s", why.text);
		return 0;
	}
	return uboot_decode(l, path.data, (const char *)data, size, f);
}

int uboot_find(struct loaders *l, struct fault *f)
{
	static const char *const paths[] = {
		"/boot.scr", "/boot/boot.scr", "/boot.scr.uimg",       "/boot/boot.scr.uimg",
		"/uEnv.txt", "/boot/uEnv.txt", "/boot/armbianEnv.txt", "/armbianEnv.txt",
	};

	for (size_t i = 0; i < l->tree_count; i++)
		for (size_t n = 0; n < sizeof(paths) / sizeof(paths[0]); n++)
			if (read_one(l, l->trees[i], paths[n], f) < 0)
				return -1;
	return 0;
}
