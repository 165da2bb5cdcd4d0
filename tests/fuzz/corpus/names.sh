# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Names and places of files, and the first bytes behind them.

corpus_escape() {
	printf 'plain name' | seed escape plain
	printf 'back\\slash "quote" \t\n\r' | seed escape controls
	printf '\033[31mred\033]0;title\007' | seed escape terminal
	printf '\xc3\xa4\xe2\x80\xae\xf0\x9f\x90\xa7\xf3\xa0\x80\x81\xc2\x9b' | seed escape utf8
	printf '\xff\xfe\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80\xc3' | seed escape broken
	printf 'nul\0in' | seed escape nul
}

# A path, a NUL, the first bytes of the file.
corpus_content() {
	{ printf 'usr/bin/ls\0' && hex 7f454c46020101 "$(repeat 00 9)" 0300; } | seed content elf
	{ printf 'lib/modules/6.12/a.ko\0' && hex 7f454c46010201 "$(repeat 00 9)" 0001; } | seed content module
	{ printf 'lib/modules/6.12/b.ko.xz\0' && hex fd377a585a00; } | seed content module-xz
	{ printf 'boot/vmlinuz-6.12\0MZ' && hex "$(repeat 00 512)" && printf HdrS; } | seed content kernel
	{ printf 'boot/initrd.img\0' && hex 28b52ffd; } | seed content initrd
	printf 'lib/firmware/f.bin\0\x1f\x8b' | seed content firmware
	printf 'usr/lib/libx.so.6\0BZh' | seed content library
	printf 'etc/ima/ima-policy\0# a comment\n\nappraise func=BPRM_CHECK\n' | seed content policy
	printf 'run.sh\0#!/bin/sh\n' | seed content script
}

corpus_listfile() {
	printf 'usr/bin/ls\0./etc/passwd\0///a//b\0' | seed listfile paths
	printf 'no end' | seed listfile unended
	printf 'a\0\0b\0' | seed listfile empty-path
	printf 'proc/1/maps\0x.c\0aXbXc\0././/\0..\0' | seed listfile excluded
	{ repeat 0123456789abcdef 4200; } | seed listfile long
}
