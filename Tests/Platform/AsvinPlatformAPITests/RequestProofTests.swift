import AsvinCrypto
import AsvinFixtures
import AsvinManifest
import AsvinPlatformAPI
import FoundationEssentials
import Testing

@Suite("Proofs of requests") struct RequestProofTests {
  /// The proof of the page's example, without its code.
  static func proof(of body: [UInt8], owner: RequestProof.Owner = .device, name: String = "sensor-7") -> RequestProof {
    RequestProof(
      owner: owner, workspace: 1, counter: 1, nonce: FixedBytes { UInt8(0x20 + $0) },
      body: SHA256.digest(of: body.span), name: name)
  }

  static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  @Test func `The worked example of the page has the bytes that the platform computes`() throws {
    let rows = try FormatPage("DeviceProtocol").rows(under: "Worked example")
    let key = CompactMessageTests.bytes(0)
    let body = try #require(try CompactMessage.bytes(of: CompactMessageTests.query))
    var proof = Self.proof(of: body)
    let message = proof.message("POST", "/v2/devices/self/next")
    proof.code = MessageCode.code(of: message, key: key)
    let refusal = Problem(
      message: "the proof of the request is not valid", hint: "prove the request again with the new nonce",
      nonce: Data(CompactMessageTests.bytes(0x20)))
    let report = DeviceEventRequest(event: .failed, reason: 55)
    let expected = [
      ["key", Self.hexadecimal(key)], ["nonce", proof.nonce.hexadecimal], ["request", "POST /v2/devices/self/next"],
      ["body", Self.hexadecimal(body)], ["SHA-256 of the body", proof.body.hexadecimal],
      ["message", Self.hexadecimal(message)], ["code", proof.code.hexadecimal], ["Authorization", proof.field],
      ["offer", Self.hexadecimal(try CompactMessage.bytes(of: CompactMessageTests.offer) ?? [])],
      ["refusal", Self.hexadecimal(try CompactMessage.bytes(of: refusal) ?? [])],
      ["report", Self.hexadecimal(try CompactMessage.bytes(of: report) ?? [])],
    ]
    #expect(rows == expected)
  }

  @Test func `The worked enrolment of the page has the bytes that the platform computes`() throws {
    let enrolment = SharedKeyEnrolment(
      name: "sensor-7", deviceClass: "a0a1a2a3-a4a5-a6a7-a8a9-aaabacadaeaf", version: "1.0.0",
      key: Data(CompactMessageTests.bytes(0)))
    let body = try #require(try CompactMessage.bytes(of: enrolment))
    var proof = Self.proof(of: body, owner: .workspace, name: "device-key")
    proof.code = MessageCode.code(of: proof.message("POST", "/v2/enrolments"), key: Array("customer-key".utf8))
    #expect(
      try FormatPage("DeviceProtocol").rows(under: "Worked enrolment") == [
        ["body", Self.hexadecimal(body)], ["Authorization", proof.field],
      ])
  }

  // Threat T22: a proof for one enrolment must not be one for another.
  @Test func `Two different enrolments never have one message`() {
    var seen: Set<[UInt8]> = []
    var made = 0
    for (version, name) in [("1", "ab"), ("1a", "b"), ("1\0\u{1}b", "a"), ("", "1ab"), ("1", "AB")] {
      for workspace in [1, 2, 256] as [Int64] {
        for seed in 0..<3 {
          let message = DeviceProof.enrolment(
            nonce: CompactMessageTests.bytes(seed == 0 ? 1 : 0), workspace: workspace, name: name,
            deviceClass: Identifier { UInt8($0) &+ (seed == 1 ? 1 : 0) }, version: version,
            key: CompactMessageTests.bytes(seed == 2 ? 1 : 0))
          seen.insert(message)
          made += 1
        }
      }
    }
    #expect(seen.count == made)
  }

  @Test func `The parts of a field have the sizes of the page`() throws {
    let proof = Self.proof(of: [])
    let sizes = [
      proof.workspace.bitWidth / 8, proof.counter.bitWidth / 8, FixedBytes<32>.count, Digest.count, Digest.count,
    ]
    let rows = try FormatPage("DeviceProtocol").rows(under: "The proof", columns: 1)
    #expect(rows == (sizes.map { "\($0)" } + ["1 to \(PlatformLimit.proofNameBytes)"]).map { [$0] })
    let digits = proof.field.utf8.count - "\(proof.owner.scheme) ".utf8.count
    #expect(digits == 2 * (sizes.reduce(0, +) + proof.name.utf8.count))
  }

  @Test func `A field is read as it was written`() {
    for name in ["a", "sensor 7", String(repeating: "~", count: 128)] {
      for owner in RequestProof.Owner.allCases {
        var proof = Self.proof(of: [1], owner: owner, name: name)
        proof.counter = .max
        proof.workspace = .max
        #expect(RequestProof(field: proof.field) == proof)
      }
    }
  }

  @Test func `A malformed field is refused`() {
    let proof = Self.proof(of: [])
    let digits = String(proof.field.dropFirst(13))
    let long = Self.proof(of: [], name: String(repeating: "a", count: 129)).field
    let refused = [
      "", "Asvin-Device", "Asvin-Device ", "Bearer \(digits)", "asvin-device \(digits)", "Asvin-Device  \(digits)",
      "Asvin-Device \(digits)0", "Asvin-Device \(digits.dropLast())", "Asvin-Device \(digits)\n",
      "Asvin-Device \(digits.prefix(216))", "Asvin-Device \(digits.prefix(216))07",
      "Asvin-Device \(digits.prefix(216))80",
      "Asvin-Device ffffffff\(digits.dropFirst(8))", "Asvin-Device g\(digits.dropFirst())",
      "Asvin-Device \(digits.dropLast(2))éé", long, "Asvin-Device \(String(repeating: "61", count: 100_000))",
    ]
    for field in refused { #expect(RequestProof(field: field) == nil, "\(field.prefix(300))") }
    for count in 0..<digits.utf8.count where count < 218 {
      #expect(RequestProof(field: "Asvin-Device \(digits.prefix(count))") == nil)
    }
  }

  // Threat T22: a code for one request must not be one for another.
  @Test func `Two different requests never have one message`() {
    var seen: Set<[UInt8]> = []
    var made = 0
    for owner in RequestProof.Owner.allCases {
      for (name, method, target) in [
        ("a", "GET", "/b"), ("aG", "ET", "/b"), ("a", "GE", "T/b"), ("a", "GET", "/b?c"), ("ab", "GET", "/"),
        ("a", "POST", "/b"), ("A", "GET", "/b"), ("a", "GET", "/B"),
      ] {
        for (workspace, counter) in [(1, 1), (1, 2), (2, 1), (256, 1), (1, 256)] as [(Int64, UInt32)] {
          for body in [[], [0]] as [[UInt8]] {
            var proof = Self.proof(of: body, owner: owner, name: name)
            (proof.workspace, proof.counter) = (workspace, counter)
            seen.insert(proof.message(method, target))
            proof.nonce = FixedBytes { _ in 7 }
            seen.insert(proof.message(method, target))
            made += 2
          }
        }
      }
    }
    #expect(seen.count == made)
  }
}
