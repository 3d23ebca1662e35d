import AsvinCrypto
import AsvinManifest
import Testing

@Suite("Named identifiers")
struct IdentifierTests {
  /// Computed once with Python's `uuid.uuid5(uuid.NAMESPACE_DNS, …)`.
  @Test func `A vendor's id is the version 5 UUID of its domain`() {
    #expect(Identifier.vendor(domain: "asvin.io").uuid == "165817b3-7282-57d4-a7a0-1270d6f564d3")
    #expect(Identifier.vendor(domain: "example.com").uuid == "cfbff0d1-9375-5685-968c-48ce8b15ae17")
  }

  @Test func `A class's id is the version 5 UUID of its name under its vendor`() {
    let vendor = Identifier.vendor(domain: "example.com")
    #expect(Identifier.deviceClass("board", of: vendor).uuid == "d9c03f90-568d-5553-b0aa-28b24df90fcc")
  }
}
