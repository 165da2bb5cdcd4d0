/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which kind of image file is this? Magic numbers as docs/formats/disk-images.md lists them. */
#include "rescue/imageformat.h"

#include <string.h>

static const char by_qemu[] = "qemu-img convert -O raw makes a raw image of it";
static const char by_ewf[] = "ewfmount or ewfexport makes a raw image of it";
static const char by_aff[] = "affuse or affconvert makes a raw image of it";
static const char by_unpacking[] = "unpack it first";

#define MAGIC(at, bytes) (at), (bytes), sizeof(bytes) - 1

static const struct {
	size_t offset;
	const char *magic;
	size_t length;
	struct imageformat format;
} formats[] = {
	{MAGIC(0, "QFI\xfb\0\0\0\1"), {IMAGEFORMAT_OTHER, "qcow version 1 (QEMU)", by_qemu}},
	{MAGIC(0, "QFI\xfb"), {IMAGEFORMAT_QCOW2, "qcow2 (QEMU)", by_qemu}},
	{MAGIC(0, "QED\0"), {IMAGEFORMAT_OTHER, "QED (QEMU)", by_qemu}},
	{MAGIC(0, "KDMV"), {IMAGEFORMAT_OTHER, "VMDK (VMware)", by_qemu}},
	{MAGIC(0, "COWD"), {IMAGEFORMAT_OTHER, "VMDK (VMware ESX)", by_qemu}},
	{MAGIC(0, "# Disk DescriptorFile"),
	 {IMAGEFORMAT_OTHER, "VMDK (VMware), a descriptor of other files", by_qemu}},
	{MAGIC(64, "\x7f\x10\xda\xbe"), {IMAGEFORMAT_OTHER, "VDI (VirtualBox)", by_qemu}},
	{MAGIC(0, "vhdxfile"), {IMAGEFORMAT_OTHER, "VHDX (Hyper-V)", by_qemu}},
	{MAGIC(0, "conectix"), {IMAGEFORMAT_OTHER, "VHD (Virtual PC)", by_qemu}},
	{MAGIC(0, "WithoutFreeSpace"), {IMAGEFORMAT_OTHER, "Parallels", by_qemu}},
	{MAGIC(0, "WithouFreSpacExt"), {IMAGEFORMAT_OTHER, "Parallels", by_qemu}},
	{MAGIC(0, "EVF\x09\r\n\xff\0"), {IMAGEFORMAT_OTHER, "E01 (EnCase)", by_ewf}},
	{MAGIC(0, "EVF2\r\n\x81\0"), {IMAGEFORMAT_OTHER, "Ex01 (EnCase)", by_ewf}},
	{MAGIC(0, "AFF10\r\n\0"), {IMAGEFORMAT_OTHER, "AFF", by_aff}},
	{MAGIC(0, "\x1f\x8b\x08"), {IMAGEFORMAT_OTHER, "a gzip file", by_unpacking}},
	{MAGIC(0, "\xfd"
		  "7zXZ\0"),
	 {IMAGEFORMAT_OTHER, "an xz file", by_unpacking}},
	{MAGIC(0, "\x28\xb5\x2f\xfd"), {IMAGEFORMAT_OTHER, "a zstd file", by_unpacking}},
	{MAGIC(0, "PK\3\4"), {IMAGEFORMAT_OTHER, "a ZIP archive (AFF4 is one)", by_unpacking}},
};

static const struct imageformat raw = {IMAGEFORMAT_RAW, "raw", NULL};

const struct imageformat *imageformat_of(const void *head, size_t size)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (formats[i].offset + formats[i].length <= size &&
		    memcmp((const char *)head + formats[i].offset, formats[i].magic,
			   formats[i].length) == 0)
			return &formats[i].format;
	return &raw;
}
