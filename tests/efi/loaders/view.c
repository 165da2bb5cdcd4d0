/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A target that is a table of texts, and lists of entries as text. */
#include "tests/efi/loaders/view.h"

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/base/buf.h"
#include "scanner/base/own.h"

const char *view_text(const struct view *v, const char *path)
{
	for (const struct view_file *file = v->files; file->path; file++)
		if (strcmp(file->path, path) == 0)
			return file->text;
	return NULL;
}

static int view_read(void *context, const char *path, size_t max_bytes, uint8_t **out_data,
		     size_t *out_size, struct fault *f)
{
	const char *text = view_text(context, path);

	if (!text)
		return fault_set(f, ENOENT, "opening the file");
	if (strlen(text) > max_bytes)
		return fault_set(f, EFBIG, "reading the file");
	*out_data = (uint8_t *)strdup(text);
	*out_size = strlen(text);
	return 0;
}

/* A directory is what some file is below. */
static bool view_stat(void *context, const char *path, struct stat *out)
{
	const struct view *v = context;
	size_t n = strlen(path);

	memset(out, 0, sizeof(*out));
	for (const struct view_file *file = v->files; file->path; file++) {
		if (strncmp(file->path, path, n) != 0)
			continue;
		if (file->path[n] && file->path[n] != '/')
			continue;
		out->st_mode = file->path[n] ? S_IFDIR | 0755 : S_IFREG | 0644;
		/* "same as …" stands for a second name of a file. */
		if (strncmp(file->text, "same as ", 8) == 0)
			return view_stat(context, file->text + 8, out);
		out->st_ino = (ino_t)(file - v->files) + 1;
		return true;
	}
	return false;
}

static int view_list_dir(void *context, const char *dir, struct targetfs_names *out,
			 struct fault *f)
{
	const struct view *v = context;
	size_t n = strlen(dir), room = 1;

	(void)f;
	for (const struct view_file *file = v->files; file->path; file++)
		room++;
	*out = (struct targetfs_names){calloc(room, sizeof(char *)), 0};
	for (const struct view_file *file = v->files; file->path; file++) {
		const char *name = file->path + n + 1;
		bool there = false;

		if (strncmp(file->path, dir, n) != 0 || file->path[n] != '/')
			continue;
		for (size_t i = 0; i < out->count; i++)
			there |= strncmp(out->names[i], name, strcspn(name, "/")) == 0;
		if (!there)
			out->names[out->count++] = strndup(name, strcspn(name, "/"));
	}
	return 0;
}

static char *view_canonical(void *context, const char *path)
{
	(void)context;
	return strdup(path);
}

void view_init(struct view *v, const struct view_file *files)
{
	*v = (struct view){.files = files,
			   .functions = {view_read, view_stat, view_list_dir, view_canonical, v}};
	loaders_init(&v->l, &v->functions, &v->out, &v->remarks);
	v->l.trees[v->l.tree_count++] = "ESP:";
}

void view_done(struct view *v)
{
	loaders_done(&v->l);
	bootentry_list_done(&v->out);
	remark_list_done(&v->remarks);
}

static void show(struct buf *out, const struct bootentry *e)
{
	static const char *const flags[] = {" incomplete", " default", " next", " hidden",
					    " disabled"};
	const bool set[] = {e->incomplete, e->is_default, e->is_next, e->hidden, e->disabled};

	buf_printf(out, "%s %s:%u", bootentry_source_name(e->source), e->where, e->line);
	if (e->title)
		buf_printf(out, " [%s]", e->title);
	for (size_t i = 0; i < sizeof(set) / sizeof(set[0]); i++)
		if (set[i])
			buf_puts(out, flags[i]);
	buf_printf(out, " edit:%s\n", bootentry_editing_name(e->editing));
	if (e->kernel_said && (!e->kernel || strcmp(e->kernel, e->kernel_said) != 0))
		buf_printf(out, "  said %s\n", e->kernel_said);
	if (e->kernel)
		buf_printf(out, "  kernel %s\n", e->kernel);
	for (size_t i = 0; i < e->initrd_count; i++)
		buf_printf(out, "  initrd %s\n", e->initrds[i]);
	if (e->cmdline)
		buf_printf(out, "  line %s\n", e->cmdline);
}

char *view_list(const struct bootentry_list *list)
{
	own_buf struct buf out = {0};

	buf_puts(&out, "");
	for (size_t i = 0; i < list->count; i++)
		show(&out, &list->entries[i]);
	return take_ptr(out.data);
}

char *view_remarks(const struct remark_list *remarks)
{
	own_buf struct buf out = {0};

	buf_puts(&out, "");
	for (size_t i = 0; i < remarks->count; i++)
		buf_printf(&out, "%s: %s\n", remarks->items[i].path, remarks->items[i].fault.text);
	return take_ptr(out.data);
}

void view_expect(char *got, const char *wanted)
{
	ck_assert_ptr_nonnull(got);
	if (strcmp(got, wanted) != 0)
		ck_abort_msg("got:\n%s\nwanted:\n%s", got, wanted);
	free(got);
}

void view_check(const struct view_case *c, view_find_fn *find)
{
	struct fault f = {0};
	struct view v;

	view_init(&v, c->files);
	ck_assert_msg(find(&v.l, &f) == 0, "%s", f.text);
	bootentry_list_unique(&v.out, 0);
	view_expect(view_list(&v.out), c->entries);
	view_expect(view_remarks(&v.remarks), c->remarks ? c->remarks : "");
	view_done(&v);
}
