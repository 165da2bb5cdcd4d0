/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of efi/kernelfiles.c: kernels and configurations in a made-up root. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "efi/kernelimage.h"
#include "scanner/base/own.h"
#include "tests/efi/kernelfake.h"
#include "tests/scanner/tree.h"
#include "tests/suites.h"

static struct targetfs *target;
static struct remark_list remarks;
static struct kernelimage image;

/* Directories of a path below root/, as far as they are not there. */
static void make_dirs(const char *path)
{
	char part[512];

	snprintf(part, sizeof(part), "root%s", path);
	for (char *slash = strchr(part, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		ck_assert(mkdirat(tree_fd, part, 0755) == 0 || errno == EEXIST);
		*slash = '/';
	}
}

static void put(const char *path, const struct buf *content)
{
	char below[512];

	make_dirs(path);
	snprintf(below, sizeof(below), "root%s", path);
	tree_file(below, buf_text(content), content->len, 0644);
}

static void put_text(const char *path, const char *text)
{
	own_buf struct buf content = {0};

	buf_puts(&content, text);
	put(path, &content);
}

static void link_to(const char *destination, const char *path)
{
	char below[512];

	snprintf(below, sizeof(below), "root%s", path);
	ck_assert_int_eq(symlinkat(destination, tree_fd, below), 0);
}

/* A kernel image of this release; config NULL: none in it. */
static void put_kernel(const char *path, const char *release, const struct buf *config)
{
	struct kernelfake fake = {.release = release, .config = config};
	own_buf struct buf kernel = {0}, payload = {0}, file = {0};

	kernelfake_kernel(&fake, &kernel);
	kernelfake_pack("gzip", &kernel, &payload);
	kernelfake_bzimage(NULL, &payload, &file);
	put(path, &file);
}

static void config_text(const char *version, struct buf *out)
{
	buf_printf(out,
		   "#\n# Automatically generated file; DO NOT EDIT.\n"
		   "# Linux/x86 %s Kernel Configuration\n#\nCONFIG_IMA=y\n",
		   version);
}

static void put_config(const char *path, const char *version)
{
	own_buf struct buf config = {0};

	config_text(version, &config);
	put(path, &config);
}

static void set_up(void)
{
	struct fault f = {0};
	char path[4200];

	tree_open();
	tree_mkdir("root");
	snprintf(path, sizeof(path), "%s/root", tree_path());
	target = targetfs_open(path, &f);
	ck_assert_msg(target != NULL, "%s", f.text);
}

static void tear_down(void)
{
	kernelimage_done(&image);
	remark_list_done(&remarks);
	targetfs_close(target);
	tree_close();
}

static void read_image(const char *path)
{
	struct fault f = {0};

	kernelimage_done(&image);
	remark_list_done(&remarks);
	ck_assert_msg(kernelimage_read(target, path, &image, &remarks, &f) == 0, "%s", f.text);
}

/* --- Which configuration belongs to which release --- */

static const struct {
	const char *release, *kernel, *config, *version;
	bool fits;
	const char *remark; /* of one that does not fit; NULL: it is passed over */
} rows[] = {
	{"6.12.3-1-default", "/boot/vmlinuz", "/boot/config-6.12.3-1-default", "6.12.3", true,
	 NULL},
	{"6.1.0-56-amd64", "/boot/vmlinuz", "/boot/config-6.1.0-56-amd64", "6.1.192", true, NULL},
	{"6.6.30-gentoo-dist", "/boot/kernel", "/usr/src/linux-6.6.30-gentoo-dist/.config",
	 "6.6.30-gentoo", true, NULL},
	{"6.12.3", "/boot/vmlinuz", "/lib/modules/6.12.3/config", "6.12.3", true, NULL},
	{"6.12.3", "/boot/vmlinuz", "/usr/lib/modules/6.12.3/config", "6.12.3", true, NULL},
	{"6.12.3", "/boot/vmlinuz", "/usr/lib/ostree-boot/config-6.12.3", "6.12.3", true, NULL},
	{"6.12.3", "/boot/vmlinuz", "/usr/src/kernels/6.12.3/.config", "6.12.3", true, NULL},
	{"6.12.3", "/boot/vmlinuz", "/usr/src/linux-headers-6.12.3/.config", "6.12.3", true, NULL},
	{"6.12.3", "/boot/vmlinuz", "/lib/modules/6.12.3/build/.config", "6.12.3", true, NULL},
	{"6.12.3", "/boot/ostree/x/vmlinuz", "/boot/ostree/x/config-6.12.3", "6.12.3", true, NULL},
	{"6.6.9-0-lts", "/boot/vmlinuz-lts", "/boot/config-lts", "6.6.9", true, NULL},
	{"6.6.9-0-lts", "/boot/vmlinuz-lts", "/boot/config-lts", "6.6.8", false, NULL},
	{"6.6.0-0-lts", "/boot/vmlinuz-lts", "/boot/config-lts", "6.6.8", false, NULL},
	{"6.12.3", "/boot/a/linux", "/boot/a/config", "6.12.3", true, NULL},
	{"6.12.3", "/boot/vmlinuz", "/usr/src/linux/.config", "6.12.3", true, NULL},
	{"6.12.3", "/boot/vmlinuz", "/usr/src/linux/.config", "6.12.4", false, NULL},
	{"6.12.3", "/boot/vmlinuz", "/boot/config-6.12.3", "6.12.4", false, "does not fit"},
	{"6.12.3", "/boot/vmlinuz", "/boot/config-6.12.3", "6.11.3", false, "does not fit"},
	{"6.12.3", "/boot/vmlinuz", "/boot/config-6.12.3", "5.12.3", false, "does not fit"},
	{"6.12.3", "/boot/vmlinuz", "/boot/config-6.12.3", "", false, "does not fit"},
	{"6.12.3", "/boot/vmlinuz", "/boot/config-6.12.3", "no numbers", false, "does not fit"},
	{"6.12.3", "/boot/vmlinuz", "/boot/config-6.12.30", "6.12.3", false, NULL},
};

START_TEST(configs)
{
	put_kernel(rows[_i].kernel, rows[_i].release, NULL);
	put_config(rows[_i].config, rows[_i].version);
	read_image(rows[_i].kernel);
	ck_assert_str_eq(image.release, rows[_i].release);
	ck_assert_msg((image.config != NULL) == rows[_i].fits, "%s for %s", rows[_i].config,
		      rows[_i].release);
	ck_assert_int_eq(image.config_source,
			 rows[_i].fits ? KERNELIMAGE_CONFIG_FILE : KERNELIMAGE_CONFIG_NONE);
	if (rows[_i].fits) {
		ck_assert_str_eq(image.config_where, rows[_i].config);
		ck_assert_int_eq(kconfig_state(kernelimage_kconfig(&image), "IMA"), KCONFIG_YES);
	}
	ck_assert_uint_eq(remarks.count, rows[_i].remark ? 1 : 0);
	if (rows[_i].remark) {
		ck_assert_ptr_nonnull(strstr(remarks.items[0].fault.text, rows[_i].remark));
		ck_assert_str_eq(remarks.items[0].path, rows[_i].config);
	}
}
END_TEST

/* What is in the image counts, whatever lies beside it. */
START_TEST(embedded_first)
{
	own_buf struct buf config = {0};

	buf_puts(&config, "CONFIG_IMA=m\n");
	put_kernel("/boot/vmlinuz", "6.12.3", &config);
	put_config("/boot/config-6.12.3", "6.12.3");
	read_image("/boot/vmlinuz");
	ck_assert_int_eq(image.config_source, KERNELIMAGE_CONFIG_EMBEDDED);
	ck_assert_str_eq(image.config, "CONFIG_IMA=m\n");
	ck_assert_uint_eq(remarks.count, 0);
}
END_TEST

/* One that does not fit does not keep the next from being found. */
START_TEST(next_config)
{
	put_kernel("/boot/vmlinuz", "6.12.3", NULL);
	put_config("/boot/config-6.12.3", "6.11.3");
	put_config("/usr/lib/modules/6.12.3/config", "6.11.3");
	put_config("/usr/src/linux-6.12.3/.config", "6.12.3");
	link_to("usr/lib", "/lib");
	read_image("/boot/vmlinuz");
	ck_assert_str_eq(image.config_where, "/usr/src/linux-6.12.3/.config");
	ck_assert_uint_eq(remarks.count, 2);
	remark_list_done(&remarks);
	/* Of a file, once, by whatever names it is found. */
	ck_assert_int_eq(unlinkat(tree_fd, "root/boot/config-6.12.3", 0), 0);
	read_image("/boot/vmlinuz");
	ck_assert_uint_eq(remarks.count, 1);
}
END_TEST

/* CONFIG_IKCONFIG=m */
START_TEST(module)
{
	static const struct {
		const char *path, *command;
	} modules[] = {
		{"/lib/modules/6.12.3/kernel/kernel/configs.ko", "cat"},
		{"/lib/modules/6.12.3/kernel/kernel/configs.ko.xz", "xz --check=crc32"},
		{"/usr/lib/modules/6.12.3/kernel/kernel/configs.ko.zst", "zstd -q"},
		{"/lib/modules/6.12.3/kernel/kernel/configs.ko.gz", "gzip -n"},
	};
	own_buf struct buf config = {0}, module_bytes = {0}, file = {0}, part = {0};

	config_text("6.12.3", &config);
	kernelfake_run("gzip -n", &config, &part);
	buf_add(&module_bytes,
		"\x7f"
		"ELF\2\1\1\0",
		8);
	buf_puts(&module_bytes, "IKCFG_ST");
	buf_add_buf(&module_bytes, &part);
	buf_puts(&module_bytes, "IKCFG_ED");
	kernelfake_run(modules[_i].command, &module_bytes, &file);
	put_kernel("/boot/vmlinuz", "6.12.3", NULL);
	put(modules[_i].path, &file);
	read_image("/boot/vmlinuz");
	ck_assert_uint_eq(remarks.count, 0);
	ck_assert_int_eq(image.config_source, KERNELIMAGE_CONFIG_FILE);
	ck_assert_str_eq(image.config_where, modules[_i].path);
	ck_assert_str_eq(image.config, config.data);
}
END_TEST

START_TEST(module_without)
{
	put_kernel("/boot/vmlinuz", "6.12.3", NULL);
	put_text("/lib/modules/6.12.3/kernel/kernel/configs.ko", "nothing");
	read_image("/boot/vmlinuz");
	ck_assert_ptr_null(image.config);
	ck_assert_uint_eq(remarks.count, 1);
	ck_assert_ptr_nonnull(strstr(remarks.items[0].fault.text, "no configuration"));
}
END_TEST

/* A release that is a path leads nowhere. */
START_TEST(hostile_release)
{
	static const char *const releases[] = {"6.1/x", "6.1/../../etc"};

	put_config("/boot/config-6.1/x", "6.1");
	put_config("/lib/etc/config", "6.1");
	put_text("/lib/modules/6.1/text", "");
	put_kernel("/boot/vmlinuz", releases[_i], NULL);
	read_image("/boot/vmlinuz");
	ck_assert_str_eq(image.release, releases[_i]);
	ck_assert_ptr_null(image.config);
	ck_assert_uint_eq(remarks.count, 0);
}
END_TEST

START_TEST(unreadable_config)
{
	own_buf struct buf large = {0};

	config_text("6.12.3", &large);
	while (large.len <= 4 << 20)
		buf_puts(&large,
			 "################################################################");
	put_kernel("/boot/vmlinuz", "6.12.3", NULL);
	put("/boot/config-6.12.3", &large);
	read_image("/boot/vmlinuz");
	ck_assert_ptr_null(image.config);
	ck_assert_uint_eq(remarks.count, 1);
	ck_assert_int_eq(remarks.items[0].fault.os, EFBIG);
}
END_TEST

START_TEST(no_image)
{
	struct fault f = {0};

	put_text("/boot/text", "no kernel");
	ck_assert_int_eq(kernelimage_read(target, "/boot/text", &image, &remarks, &f), -1);
	ck_assert_int_eq(f.os, ENOEXEC);
	ck_assert_int_eq(kernelimage_read(target, "/boot/absent", &image, &remarks, &f), -1);
	ck_assert_int_eq(f.os, ENOENT);
}
END_TEST

/* --- Finding --- */

static void expect_found(const char *const *expected, size_t count)
{
	struct targetfs_names names = {0};
	struct fault f = {0};

	ck_assert_int_eq(kernelimage_find(target, &names, &remarks, &f), 0);
	for (size_t i = 0; i < count && i < names.count; i++)
		ck_assert_str_eq(names.names[i], expected[i]);
	ck_assert_uint_eq(names.count, count);
	targetfs_names_done(&names);
}

START_TEST(finds)
{
	static const char *const expected[] = {
		"/boot/Image.gz",
		"ESP:/EFI/Debian/odd-name.efi",
		"ESP:/loader/6.12.4/linux",
		"/boot/vmlinuz-6.12.3",
		"/lib/modules/6.12.5/vmlinuz",
		"/usr/lib/modules/6.12.6/vmlinuz",
		"/usr/src/linux/arch/x86/boot/bzImage",
	};
	own_buf struct buf text = {0}, packed = {0};

	put_kernel("/boot/vmlinuz-6.12.3", "6.12.3", NULL);
	buf_puts(&text, "anything");
	kernelfake_run("gzip -n", &text, &packed);
	put("/boot/Image.gz", &packed);
	put("/boot/initrd.img-6.12.3", &packed);
	put("/boot/vmlinuz-initramfs.img", &packed);
	put_text("/boot/config-6.12.3", "text");
	put_text("/boot/vmlinuz-text", "text");
	put_text("/boot/empty-vmlinuz", "");
	put_kernel("/boot/efi/EFI/Debian/odd-name.efi", "6.12.3", NULL);
	put_kernel("/boot/efi/loader/6.12.4/linux", "6.12.4", NULL);
	put_text("/boot/efi/EFI/BOOT/BOOTX64.EFI", "MZ no kernel");
	put_kernel("/lib/modules/6.12.5/vmlinuz", "6.12.5", NULL);
	put_kernel("/usr/lib/modules/6.12.6/vmlinuz", "6.12.6", NULL);
	put_kernel("/usr/src/linux-6.12.7/arch/x86/boot/bzImage", "6.12.7", NULL);
	/* The same files by other names, and links that lead nowhere or to themselves. */
	link_to("boot/vmlinuz-6.12.3", "/vmlinuz");
	link_to("vmlinuz-6.12.3", "/boot/vmlinuz");
	link_to("linux-6.12.7", "/usr/src/linux");
	link_to("/nowhere", "/vmlinuz.old");
	link_to("loop", "/boot/loop");
	ck_assert_int_eq(linkat(tree_fd, "root/boot/vmlinuz-6.12.3", tree_fd,
				"root/boot/vmlinuz-zz-hard-link", 0),
			 0);
	ck_assert_uint_eq(targetfs_find_esps(target), 1);
	expect_found(expected, sizeof(expected) / sizeof(expected[0]));
	ck_assert_uint_eq(remarks.count, 0);
}
END_TEST

START_TEST(finds_nothing)
{
	expect_found(NULL, 0);
	ck_assert_uint_eq(remarks.count, 0);
	make_dirs("/boot/x");
	expect_found(NULL, 0);
	ck_assert_uint_eq(remarks.count, 0);
}
END_TEST

/* Debian's own kernels, unpacked by tests/e2e/fetch-kernel.sh, when KERNELS names their folder. */
START_TEST(debian)
{
	static const char *const series[] = {"6.1", "6.12"};
	static const char *const compression[] = {"xz", "zstd"};
	struct targetfs_names names = {0};
	struct targetfs *package;
	struct fault f = {0};
	char root[4200], file[4200], release[65] = "";
	own_file FILE *said = NULL;

	snprintf(root, sizeof(root), "%s/%s/root", getenv("KERNELS"), series[_i]);
	snprintf(file, sizeof(file), "%s/%s/release", getenv("KERNELS"), series[_i]);
	said = fopen(file, "r");
	ck_assert_ptr_nonnull(said);
	ck_assert_int_eq(fscanf(said, "%64s", release), 1);
	package = targetfs_open(root, &f);
	ck_assert_ptr_nonnull(package);
	ck_assert_int_eq(kernelimage_find(package, &names, &remarks, &f), 0);
	ck_assert_uint_eq(names.count, 1);
	ck_assert_int_eq(kernelimage_read(package, names.names[0], &image, &remarks, &f), 0);
	ck_assert_str_eq(image.release, release);
	ck_assert_str_eq(image.format, "bzImage");
	ck_assert_str_eq(image.compression, compression[_i]);
	ck_assert_int_eq(image.config_source, KERNELIMAGE_CONFIG_FILE);
	ck_assert_int_eq(kconfig_state(kernelimage_kconfig(&image), "IMA"), KCONFIG_YES);
	ck_assert_uint_ge(image.cert_count, 1);
	ck_assert_int_eq(image.certs[0].place, KERNELIMAGE_CERT_MODULES);
	ck_assert(!image.has_initramfs);
	ck_assert_uint_eq(remarks.count, 0);
	targetfs_names_done(&names);
	targetfs_close(package);
}
END_TEST

Suite *kernelfiles_suite(void)
{
	Suite *suite = suite_create("kernelfiles");
	TCase *tcase = tcase_create("kernelfiles");

	tcase_set_timeout(tcase, 120);
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, configs, 0, sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(tcase, embedded_first);
	tcase_add_test(tcase, next_config);
	tcase_add_loop_test(tcase, module, 0, 4);
	tcase_add_test(tcase, module_without);
	tcase_add_loop_test(tcase, hostile_release, 0, 2);
	tcase_add_test(tcase, unreadable_config);
	tcase_add_test(tcase, no_image);
	tcase_add_test(tcase, finds);
	tcase_add_test(tcase, finds_nothing);
	if (getenv("KERNELS"))
		tcase_add_loop_test(tcase, debian, 0, 2);
	suite_add_tcase(suite, tcase);
	return suite;
}
