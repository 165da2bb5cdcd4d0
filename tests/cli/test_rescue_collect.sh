#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# ima-rescue collect: files copied out as evidence, with all that belongs to them.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/rescue.sh
. "$(dirname "$0")/rescue.sh"

odd=$work/$'odd\nname & <x>'
payload "$odd" 300000
payload "$work/plain"
chmod 4711 "$odd"
chown 1234:4321 "$work/plain"
chmod 640 "$work/plain"
touch -d '2001-02-03 04:05:06.789' "$work/plain"
hash sha256 "$work/plain"
setfattr -n user.note -v 0x00ff41 "$work/plain"
# A name that tries to be two.
"$python" -c "import os, sys; os.setxattr(sys.argv[1], b'user.x\nsecurity.ima', b'A')" "$odd"
ln -s plain "$work/link"
run "$rescue" collect "$work/plain" "$odd" "$work/link" "$work/gone" "$work" --to "$work/evidence"
has_status 2 'two files, a link, nothing and a directory'
same 'two copies' 2 "$(find "$work/evidence/files" -type f | wc -l)"
same 'three remarks' 3 "$(grep -c "^  /" "$out")"
copy=$work/evidence/files/000001-plain
check 'the content' cmp "$work/plain" "$copy"
same 'mode, owner and times' "$(stat -c '%a %u %g %y' "$work/plain")" "$(stat -c '%a %u %g %y' "$copy")"
same 'every attribute' "$(getfattr -d -m- -e hex --absolute-names "$work/plain" | tail -n +2)" \
	"$(getfattr -d -m- -e hex --absolute-names "$copy" | tail -n +2)"
same 'mode of the other' 4711 "$(stat -c %a "$work/evidence/files/000002-odd_name____x_")"
check 'the digests' bash -c "cd '$work/evidence' && sha256sum --quiet -c digests.sha256"
same 'the record has the exact name' "$(printf '%s' "$odd" | sha256sum)" "$("$python" - "$work/evidence" <<'END' | sha256sum
import json, sys, xml.dom.minidom
dom = xml.dom.minidom.parse(sys.argv[1] + '/collected.xml')
assert len(dom.getElementsByTagName('fileobject')) == 2
records = [json.loads(line) for line in open(sys.argv[1] + '/collected.ndjson')]
assert {'name': 'user.note', 'value': '00ff41'} in records[0]['xattrs']
assert records[1]['xattrs'] == [{'name': 'user.x\nsecurity.ima', 'value': '41'}]
sys.stdout.write(records[1]['path'])
END
)"
check 'nobody else may enter' test "$(stat -c %a "$work/evidence")" = 700
run "$rescue" collect "$work/plain" --to "$work/evidence"
has_status 70 'a directory that is used'
run "$rescue" collect "$work/plain"
has_status 64 'no directory'
