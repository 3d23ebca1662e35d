import AsvinCrypto
import AsvinFixtures
import Testing

@Suite("ECDSA nonces of RFC 6979")
struct NonceTests {
  /// RFC 6979 A.2.5: the P-256 key, and its signatures with SHA-256.
  @Test(arguments: [
    (
      "sample",
      "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
        + "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"
    ),
    (
      "test",
      "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367"
        + "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083"
    ),
  ])
  func `The signatures of RFC 6979 A.2.5 come out`(message: String, signature: String) throws {
    let scalar = [UInt8](hex: "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721")
    let key = try PrivateKey(p256Scalar: scalar)
    #expect(try key.signature(of: Array(message.utf8)) == [UInt8](hex: signature))
  }
}
