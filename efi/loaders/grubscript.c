/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GRUB's script language, parsed. Its grammar is grub-core/script/parser.y of GRUB 2.06; docs/formats/boot-loaders.md
 * says what of it is read. Where GRUB refuses a statement, so do we, and go on with the next line.
 */
#include "efi/loaders/grubscript.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "efi/loaders/grubscript_internal.h"
#include "scanner/base/buf.h"

static struct grubscript_command *parse_list(struct grubscript_parser *p, const char *const *stops);

/* Is the current token this word, written plainly? */
static bool at_word(const struct grubscript_parser *p, const char *word)
{
	const struct grubscript_part *part;

	if (p->token != GRUBTOKEN_WORD)
		return false;
	part = p->word->parts;
	return part && !part->next && !part->variable && !part->quoted &&
	       strcmp(part->text, word) == 0;
}

static bool at_any(const struct grubscript_parser *p, const char *const *words)
{
	for (; words && *words; words++)
		if (at_word(p, *words))
			return true;
	return false;
}

static bool at_separator(const struct grubscript_parser *p)
{
	return p->token == GRUBTOKEN_NEWLINE || p->token == GRUBTOKEN_SEMICOLON;
}

static void skip_separators(struct grubscript_parser *p)
{
	while (at_separator(p))
		grubscript_next(p);
}

static void complain(struct grubscript_parser *p, const char *what)
{
	if (!grubscript_stopped(p))
		p->error(p->context, p->token_line, what);
}

/* After a mistake the statement is given up to the end of its line, as GRUB does. */
static void skip_line(struct grubscript_parser *p)
{
	while (p->token != GRUBTOKEN_NEWLINE && p->token != GRUBTOKEN_END)
		grubscript_next(p);
}

static bool expect(struct grubscript_parser *p, const char *word, const char *what)
{
	if (at_word(p, word)) {
		grubscript_next(p);
		return true;
	}
	complain(p, what);
	return false;
}

static struct grubscript_command *new_command(struct grubscript_parser *p,
					      enum grubscript_kind kind)
{
	struct grubscript_command *command = grubscript_allocate(p, sizeof(*command));

	if (command)
		*command = (struct grubscript_command){.kind = kind, .line = p->token_line};
	return command;
}

/* The commands between "{" and "}"; the current token is behind the "{". */
static struct grubscript_command *parse_block(struct grubscript_parser *p)
{
	struct grubscript_command *block = parse_list(p, NULL);

	if (p->token == GRUBTOKEN_CLOSE)
		grubscript_next(p);
	else
		complain(p, "a block that is not closed");
	return block;
}

static void parse_words(struct grubscript_parser *p, struct grubscript_command *command)
{
	struct grubscript_word **last = &command->words;

	while (p->token == GRUBTOKEN_WORD || p->token == GRUBTOKEN_OPEN) {
		if (p->token == GRUBTOKEN_WORD) {
			*last = p->word;
			last = &p->word->next;
			grubscript_next(p);
			continue;
		}
		grubscript_next(p);
		command->block = parse_block(p);
		command->has_block = true;
	}
}

static struct grubscript_command *parse_if(struct grubscript_parser *p)
{
	static const char *const then[] = {"then", NULL};
	static const char *const ends[] = {"else", "elif", "fi", NULL};
	static const char *const fi[] = {"fi", NULL};
	struct grubscript_command *command = new_command(p, GRUBSCRIPT_IF);

	if (!command)
		return NULL;
	grubscript_next(p);
	command->condition = parse_list(p, then);
	if (!expect(p, "then", "an \"if\" without \"then\""))
		return command;
	command->block = parse_list(p, ends);
	if (at_word(p, "elif")) {
		/* Its "fi" is the one of the whole. */
		if (++p->depth < GRUBSCRIPT_DEPTH_MAX)
			command->otherwise = parse_if(p);
		else
			complain(p, "too many \"elif\"");
		p->depth--;
		return command;
	}
	if (at_word(p, "else")) {
		grubscript_next(p);
		command->otherwise = parse_list(p, fi);
	}
	expect(p, "fi", "an \"if\" without \"fi\"");
	return command;
}

static void parse_body(struct grubscript_parser *p, struct grubscript_command *command)
{
	static const char *const done[] = {"done", NULL};

	skip_separators(p);
	if (!expect(p, "do", "a loop without \"do\""))
		return;
	command->block = parse_list(p, done);
	expect(p, "done", "a loop without \"done\"");
}

static struct grubscript_command *parse_for(struct grubscript_parser *p)
{
	struct grubscript_command *command = new_command(p, GRUBSCRIPT_FOR);
	struct grubscript_word *name;

	if (!command)
		return NULL;
	grubscript_next(p);
	name = p->token == GRUBTOKEN_WORD ? p->word : NULL;
	if (!name) {
		complain(p, "a \"for\" without a variable");
		return command;
	}
	grubscript_next(p);
	if (!expect(p, "in", "a \"for\" without \"in\""))
		return command;
	parse_words(p, command);
	name->next = command->words;
	command->words = name;
	parse_body(p, command);
	return command;
}

static struct grubscript_command *parse_while(struct grubscript_parser *p)
{
	static const char *const stops[] = {"do", NULL};
	struct grubscript_command *command = new_command(p, GRUBSCRIPT_WHILE);

	if (!command)
		return NULL;
	grubscript_next(p);
	command->condition = parse_list(p, stops);
	parse_body(p, command);
	return command;
}

static struct grubscript_command *parse_function(struct grubscript_parser *p)
{
	struct grubscript_command *command = new_command(p, GRUBSCRIPT_FUNCTION);

	if (!command)
		return NULL;
	grubscript_next(p);
	if (p->token == GRUBTOKEN_WORD) {
		command->words = p->word;
		grubscript_next(p);
	}
	skip_separators(p);
	if (!command->words || p->token != GRUBTOKEN_OPEN) {
		complain(p, "a \"function\" without a name or a block");
		return command;
	}
	grubscript_next(p);
	command->block = parse_block(p);
	return command;
}

static struct grubscript_command *parse_simple(struct grubscript_parser *p)
{
	struct grubscript_command *command = new_command(p, GRUBSCRIPT_COMMAND);

	if (command)
		parse_words(p, command);
	return command;
}

static struct grubscript_command *parse_statement(struct grubscript_parser *p)
{
	static const struct {
		const char *word;
		struct grubscript_command *(*parse)(struct grubscript_parser *p);
	} statements[] = {
		{"if", parse_if},	{"for", parse_for},	      {"while", parse_while},
		{"until", parse_while}, {"function", parse_function},
	};

	for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++)
		if (at_word(p, statements[i].word))
			return statements[i].parse(p);
	return parse_simple(p);
}

static bool at_stray_keyword(const struct grubscript_parser *p)
{
	static const char *const words[] = {"then", "else", "elif", "fi",   "do",     "done",
					    "case", "esac", "in",   "time", "select", NULL};

	return at_any(p, words);
}

/* Up to a "}", a word of `stops` where a command would begin, or the end; that token stays. */
static struct grubscript_command *parse_list(struct grubscript_parser *p, const char *const *stops)
{
	struct grubscript_command *first = NULL, **last = &first;

	if (++p->depth > GRUBSCRIPT_DEPTH_MAX) {
		complain(p, "blocks in blocks, too deep: the rest is left out");
		/* Nothing behind it can be told apart any more. */
		p->at = p->end;
		p->token = GRUBTOKEN_END;
	}
	for (;;) {
		skip_separators(p);
		if (p->token == GRUBTOKEN_END || p->token == GRUBTOKEN_CLOSE || at_any(p, stops))
			break;
		if (p->token != GRUBTOKEN_WORD || at_stray_keyword(p)) {
			complain(p, "not a GRUB command");
			grubscript_next(p);
			skip_line(p);
			continue;
		}
		*last = parse_statement(p);
		if (!*last)
			break;
		last = &(*last)->next;
		if (!at_separator(p) && p->token != GRUBTOKEN_END && p->token != GRUBTOKEN_CLOSE) {
			complain(p, "more than a command");
			skip_line(p);
		}
	}
	p->depth--;
	return first;
}

struct grubscript *grubscript_parse(const char *text, size_t size, size_t bytes_max,
				    grubscript_error_fn *error, void *context, struct fault *f)
{
	struct grubscript *script = calloc(1, sizeof(*script));
	struct grubscript_parser p = {.script = script,
				      .at = text,
				      .end = text + size,
				      .line = 1,
				      .error = error,
				      .context = context};
	struct grubscript_command **last;

	if (!script) {
		fault_set(f, ENOMEM, "reading a GRUB script");
		return NULL;
	}
	script->bytes_max = bytes_max;
	last = &script->first;
	grubscript_next(&p);
	while (p.token != GRUBTOKEN_END) {
		*last = parse_list(&p, NULL);
		while (*last)
			last = &(*last)->next;
		if (p.token == GRUBTOKEN_CLOSE) {
			complain(&p, "a \"}\" that closes nothing");
			grubscript_next(&p);
		}
	}
	buf_done(&p.text);
	if (p.full)
		error(context, p.line, "too much for one script: the rest is left out");
	if (p.no_memory) {
		grubscript_free(script);
		fault_set(f, ENOMEM, "reading a GRUB script");
		return NULL;
	}
	return script;
}

void grubscript_free(struct grubscript *script)
{
	struct grubscript_chunk *chunk = script ? script->chunks : NULL;

	while (chunk) {
		struct grubscript_chunk *after = chunk->next;

		free(chunk);
		chunk = after;
	}
	free(script);
}

size_t grubscript_bytes(const struct grubscript *script)
{
	return script->bytes;
}

const struct grubscript_command *grubscript_first(const struct grubscript *script)
{
	return script->first;
}
