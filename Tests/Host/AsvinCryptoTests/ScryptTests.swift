import AsvinManifest
import Testing

@testable import AsvinCrypto

struct ScryptTests {
  /// RFC 7914 §12: the first 32 bytes of each vector.
  @Test(arguments: [
    ("", "", UInt64(16), UInt64(1), UInt64(1), "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"),
    ("password", "NaCl", 1024, 8, 16, "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"),
    (
      "pleaseletmein", "SodiumChloride", 16384, 8, 1,
      "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
    ),
  ])
  func `Vectors of the standard have their key`(
    password: String, salt: String, cost: UInt64, blocks: UInt64, lanes: UInt64, key: String
  ) {
    let hash = Scrypt.hash(Array(password.utf8), salt: Array(salt.utf8), cost: cost, blocks: blocks, lanes: lanes)
    #expect(hash.hexadecimal == key)
  }

  @Test func `A password and a salt each change the hash`() {
    let (one, two) = (FixedBytes<16> { UInt8($0) }, FixedBytes<16> { UInt8($0 + 1) })
    let hash = Scrypt.hash("TEST-ONLY password", salt: one)
    #expect(hash == Scrypt.hash("TEST-ONLY password", salt: one))
    #expect(hash != Scrypt.hash("TEST-ONLY password", salt: two))
    #expect(hash != Scrypt.hash("TEST-ONLY Password", salt: one))
  }
}
