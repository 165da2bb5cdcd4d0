/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_E2E_OVMF_EFI_H
#define TESTS_E2E_OVMF_EFI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As much of UEFI 2.10 as the programs beside this file call (chapters 4, 7, 8, 9, 13), compiled by
 * clang for x86_64-unknown-windows, whose calling convention is the firmware's. */

typedef uint64_t efi_status;
typedef void *efi_handle;

#define EFI_ERROR_BIT	       (1ULL << 63)
#define EFI_INVALID_PARAMETER  (EFI_ERROR_BIT | 2)
#define EFI_SECURITY_VIOLATION (EFI_ERROR_BIT | 26)
#define EFI_NOT_FOUND	       (EFI_ERROR_BIT | 14)
#define EFI_FILE_MODE_READ     1
#define EFI_FILE_DIRECTORY     0x10
#define EFI_LOADER_DATA	       2
#define EFI_RESET_SHUTDOWN     2

struct efi_guid {
	uint32_t a;
	uint16_t b, c;
	uint8_t d[8];
};

struct efi_header {
	uint64_t signature;
	uint32_t revision, size, crc, reserved;
};

struct efi_device_path {
	uint8_t type, subtype, length[2];
};

/* Members that nothing here calls are kept as pointers, to have the others in their places. */
struct efi_boot_services {
	struct efi_header header;
	void *raise_tpl, *restore_tpl;
	void *allocate_pages, *free_pages, *get_memory_map;
	efi_status (*allocate_pool)(uint32_t type, uint64_t size, void **out);
	efi_status (*free_pool)(void *memory);
	void *events[6];
	void *install_protocol, *reinstall_protocol, *uninstall_protocol;
	efi_status (*handle_protocol)(efi_handle handle, const struct efi_guid *guid, void **out);
	void *reserved, *register_protocol_notify, *locate_handle, *locate_device_path;
	void *install_configuration_table;
	efi_status (*load_image)(uint8_t boot_policy, efi_handle parent,
				 const struct efi_device_path *path, void *source, uint64_t size,
				 efi_handle *out);
	efi_status (*start_image)(efi_handle image, uint64_t *out_size, uint16_t **out_text);
	void *exit;
	efi_status (*unload_image)(efi_handle image);
	void *exit_boot_services, *get_next_monotonic_count, *stall;
	efi_status (*set_watchdog)(uint64_t seconds, uint64_t code, uint64_t size, uint16_t *text);
	void *connect_controller, *disconnect_controller, *open_protocol, *close_protocol;
	void *open_protocol_information, *protocols_per_handle, *locate_handle_buffer;
	efi_status (*locate_protocol)(const struct efi_guid *guid, void *registration, void **out);
};

struct efi_runtime_services {
	struct efi_header header;
	void *times[4], *virtual_addresses[2];
	efi_status (*get_variable)(const uint16_t *name, const struct efi_guid *guid,
				   uint32_t *out_attributes, uint64_t *size, void *out);
	void *get_next_variable_name, *set_variable, *get_next_high_monotonic_count;
	void (*reset)(uint32_t type, efi_status status, uint64_t size, void *data);
};

struct efi_system_table {
	struct efi_header header;
	uint16_t *vendor;
	uint32_t revision;
	efi_handle console_in_handle;
	void *console_in;
	efi_handle console_out_handle;
	void *console_out;
	efi_handle console_error_handle;
	void *console_error;
	struct efi_runtime_services *runtime;
	struct efi_boot_services *boot;
};

struct efi_loaded_image {
	uint32_t revision;
	efi_handle parent;
	struct efi_system_table *system;
	efi_handle device;
};

struct efi_file_info {
	uint64_t size, file_size, physical_size;
	uint8_t times[48];
	uint64_t attribute;
	uint16_t name[];
};

struct efi_file {
	uint64_t revision;
	efi_status (*open)(struct efi_file *self, struct efi_file **out, const uint16_t *name,
			   uint64_t mode, uint64_t attributes);
	efi_status (*close)(struct efi_file *self);
	void *delete;
	efi_status (*read)(struct efi_file *self, uint64_t *size, void *out);
};

struct efi_file_system {
	uint64_t revision;
	efi_status (*open_volume)(struct efi_file_system *self, struct efi_file **out);
};

/* shim's protocol, of which the first member is all that is needed; it keeps to the calling convention
 * of its own compiler (shim.h of shim 16). */
struct efi_shim_lock {
	efi_status __attribute__((sysv_abi)) (*verify)(void *data, uint32_t size);
};

#endif
