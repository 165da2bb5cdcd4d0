# SPDX-License-Identifier: GPL-2.0-or-later
"""PE images and Authenticode signatures, as tests need them: right, and wrong in every way.

Formats: the PE specification, and "Windows Authenticode Portable Executable Signature Format"
(2008); PKCS#7 is RFC 2315. Nothing here shares code with the program under test. openssl does the
signing itself.
"""
import hashlib
import struct
import subprocess

CERTIFICATE_PKCS = 0x0002
CERTIFICATE_X509 = 0x0001
CERTIFICATE_GUID = 0x0EF1
GUID_PKCS7 = bytes.fromhex("9dd2af4adf68ee498aa9347d375665a7")

HASH_OIDS = {
    "sha1": bytes.fromhex("2b0e03021a"),
    "sha256": bytes.fromhex("608648016503040201"),
    "sha384": bytes.fromhex("608648016503040202"),
    "sha512": bytes.fromhex("608648016503040203"),
}
OID_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
OID_INDIRECT_DATA = bytes.fromhex("2b060104018237020104")
OID_PE_IMAGE_DATA = bytes.fromhex("2b06010401823702010f")
OID_CONTENT_TYPE = bytes.fromhex("2a864886f70d010903")
OID_MESSAGE_DIGEST = bytes.fromhex("2a864886f70d010904")
OID_RSA = bytes.fromhex("2a864886f70d010101")
OID_ECDSA = {
    "sha256": bytes.fromhex("2a8648ce3d040302"),
    "sha384": bytes.fromhex("2a8648ce3d040303"),
}


# ---- DER -----------------------------------------------------------------------------------------

def der(tag, *parts):
    body = b"".join(parts)
    size = len(body)
    if size < 0x80:
        return bytes([tag, size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def sequence(*parts):
    return der(0x30, *parts)


def oid(value):
    return der(0x06, value)


def algorithm(value):
    return sequence(oid(value), b"\x05\x00")


def der_split(data):
    """The first element of some DER: its tag, its body, and what follows it."""
    size, head = data[1], 2
    if size & 0x80:
        head += size & 0x7F
        size = int.from_bytes(data[2:head], "big")
    return data[0], data[head:head + size], data[head + size:]


def issuer_and_serial(certificate):
    """IssuerAndSerialNumber of a DER certificate, and its signed part."""
    _, body, _ = der_split(certificate)
    _, signed, after = der_split(body)
    whole = body[:len(body) - len(after)]
    rest = signed
    if rest[0] == 0xA0:
        _, _, rest = der_split(rest)
    _, serial, rest = der_split(rest)
    _, _, rest = der_split(rest)
    _, issuer, _ = der_split(rest)
    return sequence(der(0x30, issuer), der(0x02, serial)), whole


# ---- keys ----------------------------------------------------------------------------------------

class Signer:
    """A certificate and its key in files NAME.der and NAME.key of a folder."""

    def __init__(self, folder, name, issuers=()):
        self.name = name
        self.key = f"{folder}/{name}.key"
        self.certificate = read(f"{folder}/{name}.der")
        self.chain = [self.certificate] + [read(f"{folder}/{i}.der") for i in issuers]
        self.ecdsa = name.startswith("ec")

    def sign(self, data, hash_name):
        return subprocess.run(["openssl", "dgst", f"-{hash_name}", "-sign", self.key], input=data,
                              capture_output=True, check=True).stdout

    def algorithm(self, hash_name):
        return sequence(oid(OID_ECDSA[hash_name])) if self.ecdsa else algorithm(OID_RSA)


def read(path):
    with open(path, "rb") as file:
        return file.read()


# ---- images --------------------------------------------------------------------------------------

class Image:
    """The bytes of a PE32+ image; `digest` is Authenticode's."""

    def __init__(self, data):
        self.data = bytearray(data)
        self.header = struct.unpack_from("<I", data, 0x3C)[0]
        self.optional = self.header + 24
        magic = struct.unpack_from("<H", data, self.optional)[0]
        if magic != 0x20B:
            raise ValueError("not a PE32+ image")

    @property
    def directory_at(self):
        return self.optional + 112 + 4 * 8

    @property
    def directory(self):
        return struct.unpack_from("<II", self.data, self.directory_at)

    @directory.setter
    def directory(self, value):
        struct.pack_into("<II", self.data, self.directory_at, *value)

    def sections(self):
        """(name, pointer to raw data, its size) in the order of the table."""
        count = struct.unpack_from("<H", self.data, self.header + 6)[0]
        size = struct.unpack_from("<H", self.data, self.header + 20)[0]
        for i in range(count):
            at = self.optional + size + 40 * i
            raw, pointer = struct.unpack_from("<II", self.data, at + 16)
            yield bytes(self.data[at:at + 8]).rstrip(b"\0").decode(), pointer, raw

    def section(self, name):
        return next((pointer, size) for n, pointer, size in self.sections() if n == name)

    def digest(self, hash_name="sha256"):
        running = hashlib.new(hash_name)
        headers = struct.unpack_from("<I", self.data, self.optional + 60)[0]
        running.update(self.data[:self.optional + 64])
        running.update(self.data[self.optional + 68:self.directory_at])
        running.update(self.data[self.directory_at + 8:headers])
        done = headers
        for _, pointer, size in sorted(self.sections(), key=lambda s: s[1]):
            if size:
                running.update(self.data[pointer:pointer + size])
                done += size
        table = self.directory[1]
        running.update(self.data[done:len(self.data) - table])
        return running.digest()

    def pad(self, to=8):
        """What is signed has to be whole, or firmware and signer hash different bytes."""
        self.data += bytes(-len(self.data) % to)
        return self

    def set_table(self, table, size=None):
        """Appends a certificate table; `size` is what the directory says, when not the truth."""
        self.directory = (len(self.data), len(table) if size is None else size)
        self.data += table
        return self

    def copy(self):
        return Image(self.data)


def certificate(content, kind=CERTIFICATE_PKCS, length=None, pad=True):
    """A WIN_CERTIFICATE; `length` is what it says of itself, when not the truth."""
    size = 8 + len(content)
    out = struct.pack("<IHH", size if length is None else length, 0x0200, kind) + content
    return out + bytes(-size % 8) if pad else out


def indirect_data(digest, hash_name):
    """SpcIndirectDataContent."""
    data = sequence(der(0x03, b"\0"), der(0xA0, der(0xA2, der(0x80))))
    return sequence(sequence(oid(OID_PE_IMAGE_DATA), data),
                    sequence(algorithm(HASH_OIDS[hash_name]), der(0x04, digest)))


def pkcs7(image, signer, hash_name="sha256", certificates=None, attributes=True,
          digest=None, message_digest=None, damage=False, list_hash=None, wrap=True):
    """An Authenticode signature; what is not None or False makes it a wrong one.

    digest: signed instead of the image's. message_digest: the attribute's value. damage: a bit of
    the signature is turned. list_hash: what SignedData lists as its algorithm. wrap: within a
    ContentInfo, as it should be.
    """
    content = indirect_data(digest or image.digest(hash_name), hash_name)
    body = der_split(content)[1]
    signed, attached = body, b""
    if attributes:
        value = message_digest or hashlib.new(hash_name, body).digest()
        words = sorted([
            sequence(oid(OID_CONTENT_TYPE), der(0x31, oid(OID_INDIRECT_DATA))),
            sequence(oid(OID_MESSAGE_DIGEST), der(0x31, der(0x04, value)))])
        signed, attached = der(0x31, *words), der(0xA0, *words)
    signature = bytearray(signer.sign(signed, hash_name))
    if damage:
        signature[-1] ^= 1
    name, _ = issuer_and_serial(signer.certificate)
    info = sequence(der(0x02, b"\x01"), name, algorithm(HASH_OIDS[hash_name]), attached,
                    signer.algorithm(hash_name), der(0x04, bytes(signature)))
    certificates = signer.chain if certificates is None else certificates
    data = sequence(
        der(0x02, b"\x01"), der(0x31, algorithm(HASH_OIDS[list_hash or hash_name])),
        sequence(oid(OID_INDIRECT_DATA), der(0xA0, content)),
        der(0xA0, *certificates) if certificates else b"", der(0x31, info))
    return sequence(oid(OID_SIGNED_DATA), der(0xA0, data)) if wrap else data


def signed(image, *signers, **options):
    """A copy of the image with a signature by each signer, in this order."""
    out = image.copy().pad()
    table = b"".join(certificate(pkcs7(out, s, **options)) for s in signers)
    return out.set_table(table)
