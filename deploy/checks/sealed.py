"""What Leadline seals, opened by its documented format and nothing of its own code: AES-256-GCM of the system's libcrypto,
HMAC and HKDF of Python, SQLite, and a reading of protobuf's wire format.

Sealed bytes are nonce (12), ciphertext, tag (16). The key for AES is HMAC-SHA256(key, "leadline seal v1"). A subject's
key is sealed likewise under HKDF-SHA256(master key, info "leadline key wrap v1"), with the subject's id as context.
"""

import ctypes
import ctypes.util
import hashlib
import hmac
import sqlite3

LEAD_SUBMITTED = 60
GET_TAG_LENGTH, SET_TAG = 0x10, 0x11

crypto = ctypes.CDLL(ctypes.util.find_library("crypto"))
crypto.EVP_CIPHER_CTX_new.restype = ctypes.c_void_p
crypto.EVP_aes_256_gcm.restype = ctypes.c_void_p


def aes_gcm_open(key, sealed, context):
    """The plain bytes; None if the key or the context is another."""
    nonce, body, tag = sealed[:12], sealed[12:-16], sealed[-16:]
    cipher = ctypes.c_void_p(crypto.EVP_CIPHER_CTX_new())
    plain, length = ctypes.create_string_buffer(len(body) + 16), ctypes.c_int()
    try:
        crypto.EVP_DecryptInit_ex(cipher, ctypes.c_void_p(crypto.EVP_aes_256_gcm()), None, key, nonce)
        crypto.EVP_DecryptUpdate(cipher, None, ctypes.byref(length), context, len(context))
        crypto.EVP_DecryptUpdate(cipher, plain, ctypes.byref(length), body, len(body))
        crypto.EVP_CIPHER_CTX_ctrl(cipher, SET_TAG, 16, tag)
        end = ctypes.c_int()
        if crypto.EVP_DecryptFinal_ex(cipher, ctypes.byref(plain, length.value), ctypes.byref(end)) != 1:
            return None
        return plain.raw[:len(body)]
    finally:
        crypto.EVP_CIPHER_CTX_free(cipher)


def sealing_key(key):
    return hmac.digest(key, b"leadline seal v1", "sha256")


def hkdf(key, info):
    extracted = hmac.digest(bytes(32), key, "sha256")
    return hmac.digest(extracted, info + b"\x01", "sha256")


def vault_keys(vault, master_key):
    """AES keys by subject id, and how many subjects the vault says were erased."""
    master = bytes.fromhex(open(master_key, encoding="ascii").read().strip())
    wrapping = sealing_key(hkdf(master, b"leadline key wrap v1"))
    with sqlite3.connect(f"file:{vault}?mode=ro", uri=True) as database:
        keys = {}
        for subject, wrapped in database.execute("SELECT subject, wrapped FROM keys"):
            keys[subject] = sealing_key(aes_gcm_open(wrapping, wrapped, subject))
        return keys, database.execute("SELECT count(*) FROM tombstones").fetchone()[0]


def fields(message):
    """Numbers and values of a protobuf message; the last value of each counts."""
    found, at = {}, 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(message):
        tag = varint()
        kind = tag & 7
        if kind == 0:
            found[tag >> 3] = varint()
        elif kind == 2:
            size = varint()
            found[tag >> 3] = message[at:at + size]
            at += size
        else:
            size = 8 if kind == 1 else 4
            found[tag >> 3] = message[at:at + size]
            at += size
    return found


def sealed_leads(entries, program):
    """(lead id, subject, sealed bytes, context) of each LeadSubmitted among entries."""
    for entry in entries:
        message = fields(fields(entry).get(5, b""))
        if LEAD_SUBMITTED not in message or 5 not in message:
            continue
        lead = fields(message[LEAD_SUBMITTED])[1].decode()
        yield lead, message[3], message[5], program + b"\nleadline.v1.LeadSubmitted\n" + message[1]
