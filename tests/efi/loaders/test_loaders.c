/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of the readers of all loaders but GRUB, of efi/bootentry.c, and of all of them over a target. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "efi/loaders/bls.h"
#include "efi/loaders/shellvar.h"
#include "scanner/base/buf.h"
#include "scanner/base/own.h"
#include "tests/efi/loaders/view.h"
#include "tests/scanner/tree.h"
#include "tests/suites.h"

struct row {
	view_find_fn *find;
	struct view_case c;
};

static const struct row rows[] = {
	/* ---- Boot Loader Specification ---- */
	{sdboot_find,
	 {.files = {{"ESP:/EFI/systemd/systemd-bootx64.efi", ""},
		    {"ESP:/m/k", ""},
		    {"ESP:/m/i", ""},
		    {"ESP:/loader/loader.conf", "# x\ntimeout 3\ndefault m-*\neditor no\n"},
		    {"ESP:/loader/entries/a.conf",
		     "title\tA b\nlinux  /m/k\ninitrd /m/ucode\ninitrd /m/i\noptions one  two\n"
		     "# options evil\noptions three\n"},
		    {"ESP:/loader/entries/m-2.conf", "linux /m/k\n"},
		    {"ESP:/loader/entries/m-10+0-3.conf", "linux /m/k\r\n"},
		    {"ESP:/loader/entries/none.txt", "linux /m/k\n"},
		    {"ESP:/EFI/Linux/a.EFI", ""},
		    {"ESP:/EFI/Linux/readme", ""}},
	  .entries = "bls ESP:/loader/entries/m-2.conf:1 [m-2] default edit:none\n  said /m/k\n"
		     "  kernel ESP:/m/k\n"
		     "bls ESP:/loader/entries/a.conf:2 [A b] edit:none\n  said /m/k\n"
		     "  kernel ESP:/m/k\n  initrd /m/ucode\n  initrd ESP:/m/i\n"
		     "  line one  two three\n"
		     "bls ESP:/loader/entries/m-10+0-3.conf:1 [m-10] edit:none\n  said /m/k\n"
		     "  kernel ESP:/m/k\n"
		     "uki ESP:/EFI/Linux/a.EFI:0 [a.EFI] edit:none\n  said /EFI/Linux/a.EFI\n"
		     "  kernel ESP:/EFI/Linux/a.EFI\n"}},
	/* Without a pattern: sort keys, then the newest. The editor is on unless it is said. */
	{sdboot_find,
	 {.files = {{"ESP:/loader/loader.conf", "timeout 3\n"},
		    {"ESP:/loader/entries/z.conf", "linux /z\n"},
		    {"ESP:/loader/entries/x.conf", "linux /x\nsort-key b\nversion 1\n"},
		    {"ESP:/loader/entries/y.conf", "linux /y\nsort-key b\nversion 1.1\n"},
		    {"ESP:/loader/entries/w.conf", "efi /w.efi\nsort-key a\n"}},
	  .entries = "bls ESP:/loader/entries/w.conf:1 [w] default edit:anyone\n  said /w.efi\n"
		     "bls ESP:/loader/entries/y.conf:1 [y] edit:anyone\n  said /y\n"
		     "bls ESP:/loader/entries/x.conf:1 [x] edit:anyone\n  said /x\n"
		     "bls ESP:/loader/entries/z.conf:1 [z] edit:anyone\n  said /z\n"}},
	/* On /boot, with nothing that reads them. */
	{sdboot_find,
	 {.files = {{"/boot/vmlinuz", ""},
		    {"/boot/loader/entries/a.conf", "linux /boot/vmlinuz\noptions $kernelopts\n"}},
	  .entries = "bls /boot/loader/entries/a.conf:1 [a] incomplete edit:unknown\n"
		     "  kernel /boot/vmlinuz\n  line $kernelopts\n"}},
	{sdboot_find,
	 {.files = {{"ESP:/loader/loader.conf", "editor maybe\n"},
		    {"ESP:/loader/entries/a.conf", "title only\n"}},
	  .entries = "",
	  .remarks =
		  "ESP:/loader/loader.conf: line 1: \"editor\" is neither yes nor no: it stays "
		  "as it was\n"
		  "ESP:/loader/entries/a.conf: an entry without \"linux\", \"efi\" or \"uki\"\n"}},
	/* ---- The fallback ---- */
	{fallback_find,
	 {.files = {{"ESP:/EFI/BOOT/BOOTX64.EFI", ""}, {"ESP:/EFI/BOOT/BOOTAA64.EFI", ""}},
	  .entries = "fallback ESP:/EFI/BOOT/BOOTX64.EFI:0 edit:none\n"
		     "  kernel ESP:/EFI/BOOT/BOOTX64.EFI\n"
		     "fallback ESP:/EFI/BOOT/BOOTAA64.EFI:0 edit:none\n"
		     "  kernel ESP:/EFI/BOOT/BOOTAA64.EFI\n"}},
	/* ---- rEFInd ---- */
	{refind_find,
	 {.files =
		  {{"ESP:/vmlinuz", ""},
		   {"ESP:/i", ""},
		   {"ESP:/EFI/refind/refind.conf",
		    "timeout 20\n# menuentry no {\nmenuentry \"A b\" {\n  icon \\EFI\\x.icns\n"
		    "  loader \\vmlinuz\n  initrd /i\n  options \"ro root=/dev/x say=\"\"q\"\"\"\n"
		    "  submenuentry \"Single\" {\n    add_options \"single\"\n  }\n"
		    "  submenuentry Other {\n    options a,b\n    initrd /j /k\n    disabled\n  }\n"
		    "}\ninclude more.conf\n"},
		   {"ESP:/EFI/refind/more.conf",
		    "menuentry C {\n loader /c.efi\n disabled\n}\nhideui singleuser,editor\n"}},
	  .entries =
		  "refind ESP:/EFI/refind/refind.conf:8 [A b: Single] edit:none\n"
		  "  said \\vmlinuz\n  kernel ESP:/vmlinuz\n  initrd ESP:/i\n"
		  "  line ro root=/dev/x say=\"q\" single\n"
		  "refind ESP:/EFI/refind/refind.conf:11 [A b: Other] disabled edit:none\n"
		  "  said \\vmlinuz\n  kernel ESP:/vmlinuz\n  initrd /j\n  initrd /k\n  line a b\n"
		  "refind ESP:/EFI/refind/refind.conf:3 [A b] edit:none\n  said \\vmlinuz\n"
		  "  kernel ESP:/vmlinuz\n  initrd ESP:/i\n  line ro root=/dev/x say=\"q\"\n"
		  "refind ESP:/EFI/refind/more.conf:1 [C] disabled edit:none\n  said /c.efi\n"}},
	{refind_find,
	 {.files = {{"ESP:/EFI/refind/refind.conf", "scanfor internal\nmenuentry A {\nloader x\n"},
		    {"/boot/vmlinuz-6.1.0", ""},
		    {"/boot/vmlinuz-6.1.0.sig", ""},
		    {"/boot/initrd.img-6.1.0", ""},
		    {"/boot/initrd.img-6.2.0", ""},
		    {"/boot/refind_linux.conf", "\"Std\"  \"ro v=%v\"\n# x\n\"One\" \"single\"\n"}},
	  .entries = "refind ESP:/EFI/refind/refind.conf:2 [A] disabled edit:anyone\n  said x\n"
		     "refind /boot/refind_linux.conf:1 [Std] edit:anyone\n  said vmlinuz-6.1.0\n"
		     "  kernel /boot/vmlinuz-6.1.0\n  initrd /boot/initrd.img-6.1.0\n"
		     "  line ro v=6.1.0\n"
		     "refind /boot/refind_linux.conf:3 [One] edit:anyone\n  said vmlinuz-6.1.0\n"
		     "  kernel /boot/vmlinuz-6.1.0\n  initrd /boot/initrd.img-6.1.0\n"
		     "  line single\n",
	  .remarks = "ESP:/EFI/refind/refind.conf: line 2: a menuentry that is not closed\n"}},
	/* ---- Limine ---- */
	{limine_find,
	 {.files = {{"ESP:/vmlinuz", ""},
		    {"ESP:/i", ""},
		    {"ESP:/limine.conf",
		     "# x\ntimeout: 5\ndefault_entry: 3\n${ROOT}=root=/dev/x\n/+Linux\n"
		     "comment: y\n//A\n    protocol: linux\n    kernel_path: boot():/vmlinuz#abcd\n"
		     "    module_path: boot():/i\n    module_path: uuid(1-2):/j\n"
		     "    cmdline: ${ROOT} ro ${ARCH}\n//B\n  path: guid(x):/b\n/C\n"
		     "protocol: efi_chainload\nimage_path: boot():/EFI/x.efi\n"}},
	  .entries = "limine ESP:/limine.conf:7 [A] incomplete edit:anyone\n"
		     "  said boot():/vmlinuz\n  kernel ESP:/vmlinuz\n  initrd ESP:/i\n"
		     "  initrd uuid(1-2):/j\n  line root=/dev/x ro ${ARCH}\n"
		     "limine ESP:/limine.conf:13 [B] default edit:anyone\n  said guid(x):/b\n"
		     "limine ESP:/limine.conf:15 [C] edit:anyone\n  said boot():/EFI/x.efi\n"}},
	{limine_find,
	 {.files = {{"/boot/vmlinuz", ""},
		    {"/boot/limine.cfg", "TIMEOUT=5\nEDITOR_ENABLED=no\n:A\nPROTOCOL=linux\n"
					 "KERNEL_PATH=boot:///vmlinuz\nCMDLINE=a=b c\n::sub\n"
					 "KERNEL_PATH=boot://2/boot/vmlinuz\n"}},
	  .entries = "limine /boot/limine.cfg:3 [A] default edit:none\n"
		     "  said boot:///vmlinuz\n  kernel /boot/vmlinuz\n  line a=b c\n"
		     "limine /boot/limine.cfg:7 [sub] edit:none\n"
		     "  said boot://2/boot/vmlinuz\n  kernel /boot/vmlinuz\n"}},
	/* ---- syslinux ---- */
	{syslinux_find,
	 {.files = {{"/boot/syslinux/syslinux.cfg",
		     "UI menu.c32\nDEFAULT b\nAPPEND all\nINCLUDE more.cfg\nLABEL a\n"
		     "  MENU LABEL ^Arch\n  LINUX ../vmlinuz\n  APPEND root=/dev/x\n"
		     "  INITRD ../ucode.img,../i\nlabel b\n kernel /boot/vmlinuz\n"
		     "label c\n kernel /boot/vmlinuz\n append -\nLABEL r\n COM32 reboot.c32\n"},
		    {"/boot/syslinux/more.cfg", "MENU MASTER PASSWD $4$x\nLABEL m\nLINUX k "
						"\nAPPEND initrd=j q\n"},
		    {"/boot/syslinux/k", ""},
		    {"/boot/vmlinuz", ""},
		    {"/boot/i", ""}},
	  .entries = "syslinux /boot/syslinux/more.cfg:2 [m] edit:password\n  said k\n"
		     "  kernel /boot/syslinux/k\n  initrd j\n  line initrd=j q\n"
		     "syslinux /boot/syslinux/syslinux.cfg:5 [Arch] edit:password\n"
		     "  said ../vmlinuz\n  initrd ../ucode.img\n  initrd ../i\n"
		     "  line root=/dev/x\n"
		     "syslinux /boot/syslinux/syslinux.cfg:10 [b] default edit:password\n"
		     "  kernel /boot/vmlinuz\n  line all\n"
		     "syslinux /boot/syslinux/syslinux.cfg:12 [c] edit:password\n"
		     "  kernel /boot/vmlinuz\n"}},
	{syslinux_find,
	 {.files = {{"/boot/extlinux.conf", "LABEL a\nLINUX vmlinuz\nNOESCAPE 1\nPROMPT 0\n"},
		    {"/boot/ldlinux.sys", ""},
		    {"/boot/vmlinuz", ""}},
	  .entries = "syslinux /boot/extlinux.conf:1 [a] default edit:none\n  said vmlinuz\n"
		     "  kernel /boot/vmlinuz\n"}},
	{syslinux_find,
	 {.files = {{"ESP:/syslinux.cfg", "LABEL a\nLINUX /v\nNOESCAPE 1\nPROMPT 1\n"},
		    {"ESP:/isolinux/isolinux.cfg", "LABEL a\nLINUX /v\nALLOWOPTIONS 0\nUI x.c32\n"},
		    {"ESP:/EFI/BOOT/syslinux.cfg", "UI vesamenu.c32\nLABEL a\nLINUX /v\n"}},
	  .entries = "syslinux ESP:/syslinux.cfg:1 [a] default edit:anyone\n  said /v\n"
		     "syslinux ESP:/isolinux/isolinux.cfg:1 [a] default edit:none\n  said /v\n"
		     "syslinux ESP:/EFI/BOOT/syslinux.cfg:2 [a] default edit:anyone\n"
		     "  said /v\n"}},
	/* U-Boot reads it too. */
	{syslinux_find,
	 {.files = {{"/boot/extlinux/extlinux.conf",
		     "default l0\nmenu title U-Boot\nlabel l0\n\tmenu label Debian\n"
		     "\tlinux /boot/vmlinuz\n\tinitrd /boot/i\n\tfdtdir /usr/lib/x\n"
		     "\tappend root=/dev/x ${extra}\ninclude extlinux.conf\n"},
		    {"/boot/vmlinuz", ""}},
	  .entries = "u-boot /boot/extlinux/extlinux.conf:3 [Debian] incomplete default "
		     "edit:unknown\n  kernel /boot/vmlinuz\n  initrd /boot/i\n"
		     "  line root=/dev/x ${extra}\n",
	  .remarks = "/boot/extlinux/extlinux.conf: line 9: too many files are included: the rest "
		     "is left out\n"}},
	/* ---- U-Boot ---- */
	{uboot_find,
	 {.files = {{"/boot/boot.scr",
		     "# c\nsetenv opts quiet\nif test -n \"${x}\"; then setenv opts ${opts} x; fi\n"
		     "setenv bootargs \"root=/dev/y ${opts} ${partition}\"\n"
		     "load ${devtype} 0:1 ${kernel_addr_r} /vmlinuz\n"
		     "load mmc 0:1 ${ramdisk_addr_r} uInitrd\n"
		     "booti ${kernel_addr_r} ${ramdisk_addr_r}:${filesize} ${fdt_addr_r}\n"},
		    {"/boot/vmlinuz", ""},
		    {"/boot/uEnv.txt",
		     "uname_r=6.1\ncmdline=quiet ima_appraise=off\n#cmdline=no\n"}},
	  .entries = "u-boot /boot/boot.scr:7 incomplete edit:unknown\n  said /vmlinuz\n"
		     "  kernel /boot/vmlinuz\n  initrd uInitrd\n"
		     "  line root=/dev/y quiet x ${partition}\n"
		     "u-boot /boot/uEnv.txt:2 [cmdline] incomplete edit:unknown\n"
		     "  line quiet ima_appraise=off\n"}},
	{uboot_find,
	 {.files = {{"/boot/boot.scr", "setenv bootargs a b; env set c d\n"}},
	  .entries = "u-boot /boot/boot.scr:1 incomplete edit:unknown\n  line a b\n"}},
	/* ---- zipl ---- */
	{zipl_find,
	 {.files = {{"/etc/zipl.conf",
		     "[defaultboot]\ndefault = b\n[a]\ntarget=/boot\nimage=/boot/image,0x10000\n"
		     "ramdisk=/boot/i\nparameters=\"root=/dev/dasda1 x\"\n[b]\nimage = /boot/gone\n"
		     "parmfile=/boot/parm\n:menu\n1=a\n2=b\ndefault=1\nprompt=1\n"},
		    {"/boot/parm", "one\ntwo\n"},
		    {"/boot/image", ""}},
	  .entries = "zipl /etc/zipl.conf:3 [a] edit:anyone\n  kernel /boot/image\n"
		     "  initrd /boot/i\n  line root=/dev/dasda1 x\n"
		     "zipl /etc/zipl.conf:8 [b] default edit:anyone\n  said /boot/gone\n"
		     "  line one two\n"}},
	/* ---- Raspberry Pi ---- */
	{raspberry_find,
	 {.files = {{"/boot/firmware/config.txt",
		     "# x\narm_64bit=1\ninitramfs i.img followkernel\n[pi4]\nkernel=k4.img\n"
		     "[pi3]\ngpu_mem=16\n[all]\ncmdline=cl.txt\nkernel=k.img\n"},
		    {"/boot/firmware/cl.txt", "console=tty1 root=/dev/x\nnot this\n"},
		    {"/boot/firmware/start4.elf", ""},
		    {"/boot/firmware/k.img", ""},
		    {"/boot/firmware/i.img", ""}},
	  .entries = "raspberry-pi /boot/firmware/config.txt:10 incomplete edit:none\n"
		     "  kernel /boot/firmware/k.img\n  initrd /boot/firmware/i.img\n"
		     "  line console=tty1 root=/dev/x\n"
		     "raspberry-pi /boot/firmware/config.txt:5 [pi4] incomplete edit:none\n"
		     "  said /boot/firmware/k4.img\n  initrd /boot/firmware/i.img\n"
		     "  line console=tty1 root=/dev/x\n"}},
	{raspberry_find,
	 {.files = {{"/boot/config.txt", "auto_initramfs=1\nos_prefix=\n"},
		    {"/boot/cmdline.txt", "a b"},
		    {"/boot/kernel8.img", ""},
		    {"/boot/initramfs8", ""}},
	  .entries = "raspberry-pi /boot/config.txt:2 incomplete edit:none\n"
		     "  kernel /boot/kernel8.img\n  initrd /boot/initramfs8\n  line a b\n"}},
	/* Another program's config.txt. */
	{raspberry_find, {.files = {{"/boot/config.txt", "kernel=x\n"}}, .entries = ""}},
	/* ---- kexec ---- */
	{kexec_find,
	 {.files = {{"/etc/default/kexec", "# x\nLOAD_KEXEC=true\nKERNEL_IMAGE=\"/vmlinuz\"\n"
					   "INITRD=\"/initrd.img\"\nAPPEND=\"\"\n"},
		    {"/etc/default/kdump-tools", "USE_KDUMP=0\nKDUMP_KERNEL=/var/lib/kdump/k\n"
						 "KDUMP_CMDLINE_APPEND='nr_cpus=1 x'\n"},
		    {"/etc/sysconfig/kdump", "KDUMP_COMMANDLINE=\"a $b\"\n"
					     "KDUMP_COMMANDLINE_APPEND=\"irqpoll\"\n"},
		    {"/vmlinuz", ""}},
	  .entries = "kexec /etc/default/kexec:5 incomplete edit:none\n  kernel /vmlinuz\n"
		     "  initrd /initrd.img\n"
		     "kexec /etc/default/kdump-tools:2 incomplete disabled edit:none\n"
		     "  said /var/lib/kdump/k\n  line nr_cpus=1 x\n"
		     "kexec /etc/sysconfig/kdump:1 incomplete edit:none\n  line a $b irqpoll\n"}},
	/* ---- Templates ---- */
	{template_find,
	 {.files =
		  {{"/etc/kernel/cmdline", "# c\nroot=/dev/x\n  quiet\n"},
		   {"/etc/default/grub", "GRUB_TIMEOUT=5\nGRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n"
					 "export GRUB_CMDLINE_LINUX='ima=x'\n"},
		   {"/etc/default/grub.d/50-x.cfg", "GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX y\""},
		   {"/etc/default/grub.d/readme", "GRUB_CMDLINE_LINUX=no"},
		   {"/etc/cmdline.d/a.conf", "a\n"},
		   {"/etc/dracut.conf.d/b.conf", "kernel_cmdline+=\" b \"\nhostonly=yes\n"},
		   {"/etc/kernel/uki.conf", "[UKI]\nCmdline=@/etc/kernel/cmdline\n"},
		   {"/etc/update-extlinux.conf", "default_kernel_opts=\"quiet rootfstype=ext4\"\n"},
		   {"/etc/mkinitcpio.d/linux.preset",
		    "default_options=\"--splash x --cmdline /etc/c\"\n"
		    "fallback_options=\"-S autodetect --cmdline=/gone\"\n"},
		   {"/etc/c", "evil\n"}},
	  .entries = "template /etc/kernel/cmdline:2 edit:unknown\n  line root=/dev/x quiet\n"
		     "template /etc/cmdline.d/a.conf:1 edit:unknown\n  line a\n"
		     "template /etc/kernel/uki.conf:2 [Cmdline] incomplete edit:unknown\n"
		     "  line @/etc/kernel/cmdline\n"
		     "template /etc/default/grub:2 [GRUB_CMDLINE_LINUX_DEFAULT] edit:unknown\n"
		     "  line quiet\n"
		     "template /etc/default/grub:3 [GRUB_CMDLINE_LINUX] edit:unknown\n"
		     "  line ima=x\n"
		     "template /etc/default/grub.d/50-x.cfg:1 [GRUB_CMDLINE_LINUX] incomplete "
		     "edit:unknown\n  line $GRUB_CMDLINE_LINUX y\n"
		     "template /etc/dracut.conf.d/b.conf:1 [kernel_cmdline] incomplete "
		     "edit:unknown\n  line  b \n"
		     "template /etc/update-extlinux.conf:1 [default_kernel_opts] edit:unknown\n"
		     "  line quiet rootfstype=ext4\n"
		     "template /etc/c:1 edit:unknown\n  line evil\n",
	  .remarks =
		  "/etc/mkinitcpio.d/linux.preset: line 2: /gone, which it names, is not there\n"}},
};

START_TEST(configurations_become_entries)
{
	view_check(&rows[_i].c, rows[_i].find);
}
END_TEST

/* UAPI.10's own examples, oldest first. */
START_TEST(versions_are_ordered)
{
	static const char *const versions[] = {
		"~1",	      "",	 "ab",	    "abb",	"abc",	   "0001",
		"002",	      "12",	 "122",	    "122.9",	"123~rc1", "123",
		"123-a",      "123-a.1", "123-a1",  "123-a1.1", "123-3",   "123-3.1",
		"123^patch1", "123^1",	 "123.a-1", "123.1-1",	"123a-1",  "124-1",
	};
	const size_t n = sizeof(versions) / sizeof(versions[0]);

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++) {
			int order = bls_version_compare(versions[i], versions[j]);

			ck_assert_msg((order > 0) - (order < 0) == (i > j) - (i < j),
				      "%s and %s: %d", versions[i], versions[j], order);
		}
}
END_TEST

START_TEST(assignments_are_read)
{
	static const struct {
		const char *text, *list;
	} files[] = {
		{"A=b", "1:A=b\n"},
		{"A=b C=d", "1:A=b\n"},
		{" export A='b c'\nB=\"x\\\"y\\$z\"\n", "1:A=b c\n2:B=x\"y$z\n"},
		{"A+=\" x\"", "1:A+= x\n"},
		{"A=\"a\nb\"\nB=c", "1:A=a\nb\n3:B=c\n"},
		{"A=\"a \\\n b\"\nB=`x`", "1:A=a  b\n3:B=`x` dynamic\n"},
		{"A=$b\n# C=d\nif x; then\n  D=e # f\nfi", "1:A=$b dynamic\n4:D=e\n"},
		{"A='open", "1:A=open\n"},
		{"=x\nA b\nA-b=c\n", ""},
		{"A=a\\ b'c d'\"e\"", "1:A=a bc de\n"},
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct shellvar_reader reader = {files[i].text,
						 files[i].text + strlen(files[i].text), 0};
		struct shellvar var = {0};
		own_buf struct buf out = {0};

		while (shellvar_next(&reader, &var))
			buf_printf(&out, "%u:%s%s=%s%s\n", var.line, buf_text(&var.name),
				   var.appends ? "+" : "", buf_text(&var.value),
				   var.dynamic ? " dynamic" : "");
		shellvar_done(&var);
		ck_assert_str_eq(buf_text(&out), files[i].list);
	}
}
END_TEST

/* A boot.scr as mkimage makes it: header, the size of the script, zero, the script. */
START_TEST(images_of_scripts_are_read)
{
	static const char script[] = "setenv bootargs a\nbootz 1\n";
	static const struct {
		unsigned char type;
		size_t said; /* SIZE_MAX: as it is */
		const char *entries, *remarks;
	} images[] = {
		{6, SIZE_MAX, "u-boot /b.scr:2 incomplete edit:unknown\n  line a\n", ""},
		{6, 18, "u-boot /b.scr:1 incomplete edit:unknown\n  line a\n", ""},
		{6, 1000, "u-boot /b.scr:2 incomplete edit:unknown\n  line a\n",
		 "/b.scr: a script that says it is longer than the file\n"},
		{2, SIZE_MAX, "u-boot /b.scr:2 incomplete edit:unknown\n  line a\n",
		 "/b.scr: an image that is no script\n"},
	};

	for (size_t i = 0; i < sizeof(images) / sizeof(images[0]); i++) {
		static const struct view_file none[] = {{NULL, NULL}};
		unsigned char image[64 + 8 + sizeof(script)] = {0x27, 0x05, 0x19, 0x56};
		size_t size = images[i].said == SIZE_MAX ? sizeof(script) - 1 : images[i].said;
		struct fault f = {0};
		struct view v;

		image[30] = images[i].type;
		image[64 + 2] = (unsigned char)(size >> 8);
		image[64 + 3] = (unsigned char)size;
		memcpy(image + 72, script, sizeof(script) - 1);
		view_init(&v, none);
		ck_assert_int_eq(uboot_decode(&v.l, "/b.scr", (const char *)image,
					      72 + sizeof(script) - 1, &f),
				 0);
		view_expect(view_list(&v.out), images[i].entries);
		view_expect(view_remarks(&v.remarks), images[i].remarks);
		view_done(&v);
	}
}
END_TEST

/* ---- The list ---- */

START_TEST(a_list_has_its_limits)
{
	struct bootentry_list list = {0};
	struct bootentry *entry = NULL;
	struct fault f = {0};
	char *text = malloc(BOOTENTRY_TEXT_MAX + 2);

	memset(text, 'x', BOOTENTRY_TEXT_MAX + 2);
	for (unsigned i = 0; i < BOOTENTRY_MAX; i++) {
		entry = bootentry_add(&list, BOOTENTRY_GRUB, "/x", i, &f);
		ck_assert_ptr_nonnull(entry);
	}
	ck_assert_int_eq(bootentry_set(entry, &entry->title, text, BOOTENTRY_TEXT_MAX, &f), 0);
	ck_assert(!entry->incomplete);
	ck_assert_int_eq(bootentry_set(entry, &entry->title, text, BOOTENTRY_TEXT_MAX + 1, &f), 0);
	ck_assert(entry->incomplete);
	ck_assert_uint_eq(strlen(entry->title), BOOTENTRY_TEXT_MAX);
	for (int i = 0; i < BOOTENTRY_INITRDS_MAX; i++)
		ck_assert_int_eq(bootentry_add_initrd(entry, "/i", &f), 0);
	ck_assert_int_eq(bootentry_add_initrd(entry, "/i", &f), -1);
	ck_assert_int_eq(f.os, ENOSPC);
	ck_assert(!list.truncated);
	ck_assert_ptr_null(bootentry_add(&list, BOOTENTRY_GRUB, "/x", 0, &f));
	ck_assert(list.truncated);
	bootentry_list_done(&list);
	free(text);
}
END_TEST

START_TEST(repeats_are_taken_out)
{
	struct bootentry_list list = {0};
	struct bootentry *entry;
	struct fault f = {0};

	for (unsigned i = 0; i < 4; i++) {
		entry = bootentry_add(&list, BOOTENTRY_GRUB, "/x", 1, &f);
		ck_assert_int_eq(bootentry_set(entry, &entry->cmdline, i == 2 ? "b" : "a", 1, &f),
				 0);
		entry->is_default = i == 3;
	}
	bootentry_list_unique(&list, 1);
	ck_assert_uint_eq(list.count, 3);
	ck_assert(!list.entries[0].is_default && list.entries[1].is_default);
	bootentry_list_done(&list);
	for (int i = 0; i < BOOTENTRY_SOURCES; i++)
		ck_assert_ptr_nonnull(bootentry_source_name(i));
}
END_TEST

/* ---- Hostile ---- */

static const struct {
	view_find_fn *find;
	const char *path, *before, *repeated, *after;
	unsigned times;
	size_t entries;
	bool remarked;
} attacks[] = {
	{refind_find, "ESP:/EFI/r/refind.conf", "", "menuentry x {\nloader /x\n}\n", "", 100000,
	 BOOTENTRY_MAX, true},
	{refind_find, "ESP:/EFI/r/refind.conf", "menuentry x {\nloader /x\n", "submenuentry y {\n",
	 "", 10000, 2, true},
	{refind_find, "ESP:/EFI/r/refind.conf", "include refind.conf\n", "\"", "", 10001, 0, false},
	{limine_find, "/limine.conf", "", "/a\npath: x\n", "", 100000, BOOTENTRY_MAX, true},
	{limine_find, "/limine.conf", "", "/", "\npath: x\n", 100000, 1, false},
	{limine_find, "/limine.conf",
	 "${A}=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n/a\npath: x\ncmdline: ", "${A}", "", 10000, 1,
	 true},
	{limine_find, "/limine.conf", "", "${A}=a\n", "", 1000, 0, true},
	{syslinux_find, "/syslinux.cfg", "", "LABEL a\nLINUX k\n", "", 100000, BOOTENTRY_MAX, true},
	{syslinux_find, "/syslinux.cfg", "", "INCLUDE syslinux.cfg\n", "LABEL a\nLINUX k", 300, 257,
	 true},
	{syslinux_find, "/syslinux.cfg", "LABEL a\nLINUX k\nINITRD ", "a,", "", 100000, 1, true},
	{syslinux_find, "/syslinux.cfg", "LABEL a\nLINUX ", "a", "", 1000000, 1, true},
	{uboot_find, "/boot.scr", "", "bootm 1;", "", 100000, BOOTENTRY_MAX, true},
	{uboot_find, "/boot.scr", "setenv bootargs ", "${bootargs}", "\nbootm 1", 10000, 1, true},
	{uboot_find, "/boot.scr", "setenv a x\n",
	 "setenv bootargs ${b}${c}${b}${c}; setenv b "
	 "${c}${c}${bootargs}; setenv c ${b}${b};",
	 "bootm 1", 100, 1, true},
	{zipl_find, "/etc/zipl.conf", "", "[a]\nimage=/x\n", "", 100000, BOOTENTRY_MAX, true},
	{raspberry_find, "/config.txt", "include config.txt\n", "[a]\nkernel=x\n", "", 1000, 1,
	 true},
	{kexec_find, "/etc/default/kexec", "", "APPEND+=aaaaaaaaaaaaaaaa\n", "", 10000, 1, true},
	{template_find, "/etc/default/grub", "", "GRUB_CMDLINE_LINUX=x\n", "", 100000,
	 BOOTENTRY_MAX, true},
	{template_find, "/etc/kernel/cmdline", "", "a\n", "", 100000, 1, true},
	{sdboot_find, "ESP:/loader/entries/a.conf", "linux /k\n", "options a\n", "", 100000, 1,
	 true},
	{sdboot_find, "ESP:/loader/entries/a.conf", "linux /k\n", "initrd a\n", "", 100000, 1,
	 true},
};

START_TEST(hostile_configurations_end_with_a_remark)
{
	own_buf struct buf text = {0};
	struct view_file files[3] = {{attacks[_i].path, NULL}, {"/cmdline.txt", "x"}};
	struct fault f = {0};
	struct view v;
	int result;

	buf_puts(&text, attacks[_i].before);
	for (unsigned i = 0; i < attacks[_i].times; i++)
		buf_puts(&text, attacks[_i].repeated);
	buf_puts(&text, attacks[_i].after);
	files[0].text = text.data;
	view_init(&v, files);
	result = attacks[_i].find(&v.l, &f);
	ck_assert_msg(result == 0 || (f.os == ENOSPC && v.out.truncated), "%s", f.text);
	ck_assert_msg(v.out.count == attacks[_i].entries, "%zu entries", v.out.count);
	ck_assert_msg((v.remarks.count + v.out.truncated > 0) == attacks[_i].remarked, "%s",
		      v.remarks.count ? v.remarks.items[0].fault.text : "no remark");
	view_done(&v);
}
END_TEST

/* ---- Over a target, written by the programs that write such files ---- */

/* Runs a script of this folder. 77: it cannot be run here. */
__attribute__((format(printf, 1, 2))) static int run_script(const char *format, ...)
{
	char command[9000];
	va_list args;
	int status;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	fflush(stdout);
	status = system(command);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void find_all(struct bootentry_list *out, struct remark_list *remarks)
{
	struct fault f = {0};
	struct targetfs *t = targetfs_open(tree_path(), &f);

	ck_assert_msg(t != NULL, "%s", f.text);
	targetfs_find_esps(t);
	ck_assert_msg(loaders_find(t, out, remarks, &f) == 0, "%s", f.text);
	targetfs_close(t);
}

static void expect_target(const char *entries, const char *remarks)
{
	struct bootentry_list out = {0};
	struct remark_list list = {0};

	find_all(&out, &list);
	view_expect(view_list(&out), entries);
	view_expect(view_remarks(&list), remarks);
	bootentry_list_done(&out);
	remark_list_done(&list);
}

#define ENTRY(version, line, title, flags, words)                                                  \
	"grub /boot/grub/grub.cfg:" line " [" title "]" flags "\n  said /vmlinuz-" version "\n"    \
	"  kernel /boot/vmlinuz-" version "\n  initrd /boot/initrd.img-" version "\n  line " words \
	"\n"

START_TEST(what_grub_mkconfig_writes)
{
	int status;

	tree_text("defaults", "GRUB_DISTRIBUTOR=Debian\nGRUB_DISABLE_OS_PROBER=true\n"
			      "GRUB_CMDLINE_LINUX_DEFAULT='quiet'\n"
			      "GRUB_CMDLINE_LINUX='ima_appraise=enforce dyndbg=\"file x +p\"'\n");
	tree_text("42_users", "#!/bin/sh\ncat <<'EOT'\nset superusers=\"root\"\n"
			      "password_pbkdf2 root grub.pbkdf2.sha512.10000.AA.BB\nEOT\n");
	status = run_script("tests/efi/loaders/grub-mkconfig.sh '%s' '%s/defaults' '%s/42_users'",
			    tree_path(), tree_path(), tree_path());
	if (tree_skips(status != 77, "grub-mkconfig cannot be run here"))
		return;
	ck_assert_int_eq(status, 0);
	/* What is below a submenu does not know of the superusers, as they are not exported. */
	expect_target(
		ENTRY("6.1.0-31-amd64", "114", "Debian GNU/Linux", " default edit:password",
		      "root=/dev/vda2 ro ima_appraise=enforce \"dyndbg=file x +p\" quiet")
			ENTRY("6.1.0-31-amd64", "132",
			      "Debian GNU/Linux, with Linux 6.1.0-31-amd64", " edit:anyone",
			      "root=/dev/vda2 ro ima_appraise=enforce \"dyndbg=file x +p\" quiet")
				ENTRY("6.1.0-31-amd64", "149",
				      "Debian GNU/Linux, with Linux 6.1.0-31-amd64 (recovery mode)",
				      " edit:anyone",
				      "root=/dev/vda2 ro single ima_appraise=enforce \"dyndbg=file x +p\"")
					ENTRY("6.1.0-30-amd64", "166",
					      "Debian GNU/Linux, with Linux 6.1.0-30-amd64",
					      " edit:anyone",
					      "root=/dev/vda2 ro ima_appraise=enforce \"dyndbg=file x +p\" quiet")
						ENTRY("6.1.0-30-amd64", "183",
						      "Debian GNU/Linux, with Linux 6.1.0-30-amd64 (recovery mode)",
						      " edit:anyone",
						      "root=/dev/vda2 ro single ima_appraise=enforce \"dyndbg=file x +p\"") "template /etc/default/grub:3 [GRUB_CMDLINE_LINUX_DEFAULT] edit:unknown\n"
															    "  line quiet\n"
															    "template /etc/default/grub:4 [GRUB_CMDLINE_LINUX] edit:unknown\n"
															    "  line ima_appraise=enforce dyndbg=\"file x +p\"\n",
		"");
}
END_TEST

START_TEST(what_kernel_install_writes)
{
	int status = run_script("tests/efi/loaders/kernel-install.sh '%s'", tree_path());

	if (tree_skips(status != 77, "kernel-install cannot be run here"))
		return;
	ck_assert_int_eq(status, 0);
	expect_target(
		"bls ESP:/loader/entries/0123456789abcdef0123456789abcdef-6.1.0-31.conf:6 "
		"[Test Linux] default edit:none\n"
		"  said /0123456789abcdef0123456789abcdef/6.1.0-31/linux\n"
		"  kernel ESP:/0123456789abcdef0123456789abcdef/6.1.0-31/linux\n"
		"  initrd ESP:/0123456789abcdef0123456789abcdef/6.1.0-31/initrd\n"
		"  line root=/dev/x quiet systemd.machine_id=0123456789abcdef0123456789abcdef\n"
		"template /etc/kernel/cmdline:1 edit:unknown\n  line root=/dev/x quiet\n",
		"");
}
END_TEST

START_TEST(an_empty_target_has_nothing)
{
	tree_mkdir("boot");
	expect_target("", "");
}
END_TEST

Suite *loaders_suite(void)
{
	Suite *suite = suite_create("loaders");
	TCase *tc = tcase_create("core"), *real = tcase_create("real");

	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, configurations_become_entries, 0, sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(tc, versions_are_ordered);
	tcase_add_test(tc, assignments_are_read);
	tcase_add_test(tc, images_of_scripts_are_read);
	tcase_add_test(tc, a_list_has_its_limits);
	tcase_add_test(tc, repeats_are_taken_out);
	tcase_add_loop_test(tc, hostile_configurations_end_with_a_remark, 0,
			    sizeof(attacks) / sizeof(attacks[0]));
	suite_add_tcase(suite, tc);
	tcase_set_timeout(real, 300);
	tcase_add_checked_fixture(real, tree_open, tree_close);
	tcase_add_test(real, what_grub_mkconfig_writes);
	tcase_add_test(real, what_kernel_install_writes);
	tcase_add_test(real, an_empty_target_has_nothing);
	suite_add_tcase(suite, real);
	return suite;
}
