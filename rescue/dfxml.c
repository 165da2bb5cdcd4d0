/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Digital Forensics XML 1.2, of files copied out: one fileobject each. */
#include "rescue/dfxml.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "scanner/base/escape.h"

/* Characters of XML 1.0; a path of other bytes is given in hexadecimal digits beside. */
static void add_text(struct buf *out, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		switch (c) {
		case '&': buf_puts(out, "&amp;"); break;
		case '<': buf_puts(out, "&lt;"); break;
		case '>': buf_puts(out, "&gt;"); break;
		case '"': buf_puts(out, "&quot;"); break;
		default:
			if (c < 0x20 || c == 0x7f)
				buf_puts(out, "\xef\xbf\xbd"); /* U+FFFD */
			else
				buf_addc(out, (char)c);
		}
	}
}

static bool is_plain(const char *text)
{
	for (const char *p = text; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return false;
	return escape_is_utf8(text, strlen(text));
}

static void add_name(struct buf *out, const char *element, const char *name)
{
	if (is_plain(name)) {
		buf_printf(out, "      <%s>", element);
		add_text(out, name);
	} else {
		buf_printf(out, "      <%s encoding=\"hex\">", element);
		buf_hex(out, name, strlen(name));
	}
	buf_printf(out, "</%s>\n", element);
}

static void add_time(struct buf *out, const char *element, const struct timespec *when)
{
	struct tm tm;
	char text[32];

	if (gmtime_r(&when->tv_sec, &tm) && strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm))
		buf_printf(out, "      <%s>%s.%09ldZ</%s>\n", element, text, when->tv_nsec,
			   element);
}

static void add_digest(struct buf *out, const char *type, const uint8_t *bytes, size_t size)
{
	buf_printf(out, "      <hashdigest type=\"%s\">", type);
	buf_hex(out, bytes, size);
	buf_puts(out, "</hashdigest>\n");
}

void dfxml_begin(struct buf *out, const char *version, const char *command)
{
	buf_puts(
		out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<dfxml xmlns=\"http://www.forensicswiki.org/wiki/Category:Digital_Forensics_XML\" xmlns:ima=\"urn:ima-scan\""
		" version=\"1.2.0\">\n  <creator>\n    <program>ima-rescue</program>\n");
	buf_printf(out, "    <version>%s</version>\n    <execution_environment>\n", version);
	add_name(out, "command_line", command);
	buf_puts(out, "    </execution_environment>\n  </creator>\n");
}

void dfxml_file(struct buf *out, const char *path, const char *copy, const struct takeout *t)
{
	buf_puts(out, "    <fileobject>\n");
	add_name(out, "filename", path);
	buf_printf(out, "      <filesize>%" PRIu64 "</filesize>\n", t->bytes);
	buf_printf(out, "      <inode>%" PRIuMAX "</inode>\n", (uintmax_t)t->st.st_ino);
	buf_printf(out, "      <mode>%o</mode>\n", (unsigned)t->st.st_mode);
	buf_printf(out, "      <nlink>%" PRIuMAX "</nlink>\n", (uintmax_t)t->st.st_nlink);
	buf_printf(out, "      <uid>%u</uid>\n      <gid>%u</gid>\n", t->st.st_uid, t->st.st_gid);
	add_time(out, "mtime", &t->st.st_mtim);
	add_time(out, "ctime", &t->st.st_ctim);
	add_time(out, "atime", &t->st.st_atim);
	add_digest(out, "sha1", t->sha1, sizeof(t->sha1));
	add_digest(out, "sha256", t->sha256, sizeof(t->sha256));
	add_name(out, "ima:copy", copy);
	buf_puts(out, "    </fileobject>\n");
}

void dfxml_end(struct buf *out)
{
	buf_puts(out, "</dfxml>\n");
}
