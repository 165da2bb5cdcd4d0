/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines and words of a configuration file, without copies. */
#include "efi/loaders/textline.h"
#include "scanner/base/bytes.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

struct textline textline_of(const char *text)
{
	return (struct textline){text, strlen(text)};
}

struct textline textline_trim(struct textline line)
{
	while (line.n > 0 && blank(line.at[0])) {
		line.at++;
		line.n--;
	}
	while (line.n > 0 && blank(line.at[line.n - 1]))
		line.n--;
	return line;
}

bool textline_next(struct textline_reader *reader, struct textline *out)
{
	const char *newline;
	size_t n;

	if (reader->left == 0)
		return false;
	newline = memchr(reader->at, '\n', reader->left);
	n = newline ? (size_t)(newline - reader->at) : reader->left;
	*out = textline_trim((struct textline){reader->at, n});
	if (newline)
		n++;
	reader->at += n;
	reader->left -= n;
	reader->number++;
	return true;
}

struct textline textline_until(struct textline *rest, const char *stop)
{
	struct textline out = {rest->at, 0};

	while (out.n < rest->n && !(out.at[out.n] && strchr(stop, out.at[out.n])))
		out.n++;
	rest->at += out.n;
	rest->n -= out.n;
	if (rest->n > 0) {
		rest->at++;
		rest->n--;
	}
	return out;
}

struct textline textline_word(struct textline *rest)
{
	struct textline out;

	*rest = textline_trim(*rest);
	out = (struct textline){rest->at, 0};
	while (out.n < rest->n && !blank(out.at[out.n]))
		out.n++;
	*rest = textline_trim((struct textline){rest->at + out.n, rest->n - out.n});
	return out;
}

struct textline textline_quoted(struct textline *rest)
{
	struct textline out;
	char quote = '\0';

	*rest = textline_trim(*rest);
	out = (struct textline){rest->at, 0};
	for (; out.n < rest->n && (quote || !blank(out.at[out.n])); out.n++) {
		char c = out.at[out.n];

		if (quote ? c == quote : c == '"' || c == '\'')
			quote = quote ? '\0' : c;
	}
	*rest = textline_trim((struct textline){rest->at + out.n, rest->n - out.n});
	if (out.n >= 2 && (out.at[0] == '"' || out.at[0] == '\'') && out.at[out.n - 1] == out.at[0])
		out = (struct textline){out.at + 1, out.n - 2};
	return out;
}

bool textline_is(struct textline line, const char *word)
{
	return strlen(word) == line.n && memcmp(line.at, word, line.n) == 0;
}

bool textline_starts_nocase(struct textline line, const char *word)
{
	size_t n = strlen(word);

	return n <= line.n && strncasecmp(line.at, word, n) == 0;
}

bool textline_is_nocase(struct textline line, const char *word)
{
	return strlen(word) == line.n && textline_starts_nocase(line, word);
}

static bool among(struct textline line, const char *const *words)
{
	for (; *words; words++)
		if (textline_is_nocase(line, *words))
			return true;
	return false;
}

bool textline_yes(struct textline line)
{
	static const char *const words[] = {"yes", "y", "true", "t", "on", "1", NULL};

	return among(line, words);
}

bool textline_no(struct textline line)
{
	static const char *const words[] = {"no", "n", "false", "f", "off", "0", NULL};

	return among(line, words);
}

char *textline_dup(struct textline line)
{
	return bytes_text(line.at ? line.at : "", line.n);
}
