// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Asks the firmware, and shim where it runs, about every image of \trial on the partition that this
 * program came from: LoadImage, StartImage, and shim's Verify. One JSON object a line goes to the
 * debug port; then the machine is turned off.
 */
#include "efi.h"

/* QEMU's isa-debugcon, where no firmware writes. */
#define PORT	       0xe9
#define PATH_MAX_BYTES 1024
#define NAME_MAX_UNITS 128

static const struct efi_guid guid_loaded_image = {
	0x5b1b31a1, 0x9562, 0x11d2, {0x8e, 0x3f, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};
static const struct efi_guid guid_file_system = {
	0x964e5b22, 0x6459, 0x11d2, {0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};
static const struct efi_guid guid_device_path = {
	0x09576e91, 0x6d3f, 0x11d2, {0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};
static const struct efi_guid guid_shim_lock = {
	0x605dab50, 0xe046, 0x4300, {0xab, 0xb6, 0x3d, 0xd8, 0x10, 0xdd, 0x8b, 0x23}};
static const struct efi_guid guid_global = {
	0x8be4df61, 0x93ca, 0x11d2, {0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c}};

#ifdef SBAT
__attribute__((section(".sbat"), used)) static const char sbat[] = SBAT;
#endif

struct trial {
	efi_handle image, device;
	struct efi_system_table *system;
	struct efi_boot_services *boot;
	struct efi_file *folder;
	struct efi_shim_lock *shim;
	const struct efi_device_path *device_path;
};

/* ---- output ---------------------------------------------------------------------------------- */

static void put(char c)
{
	__asm__ volatile("outb %b0, %w1" : : "a"(c), "Nd"(PORT));
}

static void say(const char *text)
{
	while (*text)
		put(*text++);
}

/* Names on the partition are ASCII: the driver made them. */
static void say_name(const uint16_t *name)
{
	while (*name)
		put((char)*name++);
}

static void say_hex(uint64_t value)
{
	say("\"0x");
	for (int shift = 60; shift >= 0; shift -= 4)
		put("0123456789abcdef"[value >> shift & 15]);
	say("\"");
}

static void say_field(const char *name, uint64_t value)
{
	say(",\"");
	say(name);
	say("\":");
	say_hex(value);
}

static void turn_off(struct trial *t)
{
	say("\n");
	t->system->runtime->reset(EFI_RESET_SHUTDOWN, 0, 0, NULL);
	for (;;)
		__asm__ volatile("hlt");
}

static void check(struct trial *t, efi_status status, const char *what)
{
	if (!status)
		return;
	say("{\"record\":\"broken\",\"what\":\"");
	say(what);
	say("\"");
	say_field("status", status);
	say("}");
	turn_off(t);
}

/* ---- what the firmware says of itself ---------------------------------------------------------- */

static void say_flag(struct trial *t, const char *field, const uint16_t *name)
{
	uint8_t value = 0;
	uint64_t size = sizeof(value);
	efi_status status =
		t->system->runtime->get_variable(name, &guid_global, NULL, &size, &value);

	say(",\"");
	say(field);
	say("\":");
	if (status)
		say("\"absent\"");
	else
		say(value ? "\"on\"" : "\"off\"");
}

static void say_boot(struct trial *t)
{
	say("{\"record\":\"boot\"");
	say_flag(t, "SecureBoot", u"SecureBoot");
	say_flag(t, "SetupMode", u"SetupMode");
	say(",\"shim\":");
	say(t->shim ? "true" : "false");
	say("}\n");
}

/* ---- images ------------------------------------------------------------------------------------ */

static unsigned node_length(const struct efi_device_path *node)
{
	return node->length[0] | (unsigned)node->length[1] << 8;
}

static uint8_t *add_bytes(uint8_t *at, const void *bytes, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		*at++ = ((const uint8_t *)bytes)[i];
	return at;
}

/* The partition's device path, a file path node (UEFI 2.10, 10.3.5.4) and the end. */
static void make_path(struct trial *t, const uint16_t *name, uint8_t out[PATH_MAX_BYTES])
{
	static const uint16_t folder[] = u"\\trial\\";
	static const struct efi_device_path end = {0x7f, 0xff, {4, 0}};
	const struct efi_device_path *node = t->device_path;
	struct efi_device_path file = {4, 4, {0, 0}};
	unsigned units = 0, length;

	for (; node->type != end.type; node = (const void *)((const uint8_t *)node + length)) {
		length = node_length(node);
		if (length < sizeof(*node) || length > PATH_MAX_BYTES / 2)
			check(t, EFI_INVALID_PARAMETER, "device path");
		out = add_bytes(out, node, length);
	}
	while (name[units])
		units++;
	length = sizeof(file) + sizeof(folder) + units * 2;
	file.length[0] = length & 0xff;
	file.length[1] = (uint8_t)(length >> 8);
	out = add_bytes(out, &file, sizeof(file));
	out = add_bytes(out, folder, sizeof(folder) - 2);
	out = add_bytes(out, name, units * 2 + 2);
	add_bytes(out, &end, sizeof(end));
}

/* What would not come back is called "load-…" and not started. */
static bool only_loaded(const uint16_t *name)
{
	static const uint16_t prefix[] = u"load-";

	for (unsigned i = 0; prefix[i]; i++)
		if (name[i] != prefix[i])
			return false;
	return true;
}

static void ask_firmware(struct trial *t, const uint16_t *name)
{
	uint8_t path[PATH_MAX_BYTES];
	efi_handle image = NULL;
	efi_status status;

	make_path(t, name, path);
	status = t->boot->load_image(0, t->image, (void *)path, NULL, 0, &image);
	say_field("load", status);
	if (!status && only_loaded(name))
		t->boot->unload_image(image);
	else if (!status)
		say_field("start", t->boot->start_image(image, NULL, NULL));
	/* A handle may be there although the image may not be started (UEFI 2.10, 7.4.1). */
	else if (status == EFI_SECURITY_VIOLATION)
		t->boot->unload_image(image);
}

static void ask_shim(struct trial *t, const uint16_t *name, uint64_t size)
{
	struct efi_file *file;
	void *data;

	if (!t->shim)
		return;
	check(t, t->folder->open(t->folder, &file, name, EFI_FILE_MODE_READ, 0),
	      "opening an image");
	check(t, t->boot->allocate_pool(EFI_LOADER_DATA, size, &data), "memory");
	check(t, file->read(file, &size, data), "reading an image");
	file->close(file);
	say_field("verify", t->shim->verify(data, (uint32_t)size));
	t->boot->free_pool(data);
}

static void ask(struct trial *t, const struct efi_file_info *info)
{
	say("{\"record\":\"trial\",\"image\":\"");
	say_name(info->name);
	say("\"");
	ask_firmware(t, info->name);
	ask_shim(t, info->name, info->file_size);
	say("}\n");
}

static void ask_all(struct trial *t)
{
	static union {
		struct efi_file_info info;
		uint8_t bytes[sizeof(struct efi_file_info) + NAME_MAX_UNITS * 2];
	} entry;

	for (;;) {
		uint64_t size = sizeof(entry);

		check(t, t->folder->read(t->folder, &size, &entry), "listing the images");
		if (!size)
			return;
		if (!(entry.info.attribute & EFI_FILE_DIRECTORY))
			ask(t, &entry.info);
	}
}

efi_status efi_main(efi_handle image, struct efi_system_table *system);

efi_status efi_main(efi_handle image, struct efi_system_table *system)
{
	struct trial t = {.image = image, .system = system, .boot = system->boot};
	struct efi_loaded_image *loaded;
	struct efi_file_system *files;
	struct efi_file *volume;

	check(&t, t.boot->set_watchdog(0, 0, 0, NULL), "watchdog");
	check(&t, t.boot->handle_protocol(image, &guid_loaded_image, (void **)&loaded),
	      "loaded image");
	t.device = loaded->device;
	check(&t, t.boot->handle_protocol(t.device, &guid_device_path, (void **)&t.device_path),
	      "device path");
	check(&t, t.boot->handle_protocol(t.device, &guid_file_system, (void **)&files),
	      "file system");
	check(&t, files->open_volume(files, &volume), "volume");
	check(&t, volume->open(volume, &t.folder, u"\\trial", EFI_FILE_MODE_READ, 0), "\\\\trial");
	if (t.boot->locate_protocol(&guid_shim_lock, NULL, (void **)&t.shim))
		t.shim = NULL;
	say_boot(&t);
	ask_all(&t);
	say("{\"record\":\"end\"}");
	turn_off(&t);
	return 0;
}
