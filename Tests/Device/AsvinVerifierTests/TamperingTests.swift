import AsvinCrypto
import AsvinManifest
import AsvinVerifier
import Testing

@Suite("Changed envelopes")
struct TamperingTests {
  @Test(arguments: SignatureAlgorithm.allCases)
  func `Every single-byte change of an envelope with one signature is rejected`(algorithm: SignatureAlgorithm) throws {
    let good = try Bench.envelope(by: [Bench.key(algorithm)])
    try #require(Bench.outcome(good).reason == nil)
    var accepted: [(position: Int, value: UInt8)] = []
    var changed = good
    for position in good.indices {
      for value in UInt8.min...UInt8.max where value != good[position] {
        changed[position] = value
        if Bench.outcome(changed).reason == nil { accepted.append((position, value)) }
      }
      changed[position] = good[position]
    }
    #expect(accepted.isEmpty, "\(accepted)")
  }

  @Test(arguments: SignatureAlgorithm.allCases)
  func `Every truncation and every appended byte is rejected`(algorithm: SignatureAlgorithm) throws {
    let good = try Bench.envelope(by: [Bench.key(algorithm)])
    for length in good.indices {
      #expect(Bench.outcome(Array(good[..<length])).reason == .envelopeMalformed, "\(length) bytes")
    }
    for byte in UInt8.min...UInt8.max {
      #expect(Bench.outcome(good + [byte]).reason == .envelopeMalformed, "0x\(byte) appended")
    }
  }

  @Test(arguments: SignatureAlgorithm.allCases)
  func `Every inserted and every missing byte is rejected`(algorithm: SignatureAlgorithm) throws {
    let good = try Bench.envelope(by: [Bench.key(algorithm)])
    for position in good.indices {
      var shorter = good
      shorter.remove(at: position)
      #expect(Bench.outcome(shorter).reason != nil, "without byte \(position)")
      var longer = good
      longer.insert(good[position], at: position)
      #expect(Bench.outcome(longer).reason != nil, "byte \(position) twice")
    }
  }

  /// One of two signatures may be broken: then the other one still vouches for the very same manifest.
  @Test func `A change of an envelope with two signatures is rejected, or leaves the manifest as it was`() throws {
    let good = try Bench.envelope(by: [Bench.key(.ed25519), Bench.key(.ecdsaP256)])
    guard case .accepted(let digest, 3) = Bench.outcome(good) else {
      Issue.record("the release is not accepted with both keys")
      return
    }
    for position in good.indices {
      for bit in UInt8(0)..<8 {
        var changed = good
        changed[position] ^= 1 << bit
        guard case .accepted(let other, let signers) = Bench.outcome(changed) else { continue }
        #expect(other == digest && (signers == 1 || signers == 2), "bit \(bit) of byte \(position)")
      }
    }
  }

  @Test(arguments: ["threshold", "manifest", "class", "floor"])
  func `A change of a rejected envelope with two signatures never makes it accepted`(why: String) throws {
    let signers = [Bench.key(.ed25519), Bench.key(.ecdsaP256)]
    let manifest = try Bench.manifest().encoded()
    // No single bit makes sequence number 7 of 8.
    let other = try Bench.manifest { $0.sequence = 8 }.encoded()
    let (ours, theirs) = try (
      signers.map { try Bench.signature($0, over: manifest) }, signers.map { try Bench.signature($0, over: other) }
    )
    let envelope =
      switch why {
      case "threshold": try Bench.envelope(manifest, signatures: [ours[0], theirs[1]])
      case "manifest": try Bench.envelope(manifest, signatures: theirs)
      case "class": try Bench.envelope(Bench.manifest { $0.deviceClass = $0.vendor }, by: signers)
      default: try Bench.envelope(Bench.manifest { $0.sequence = 6 }, by: signers)
      }
    let threshold = why == "threshold" ? 2 : 1
    try #require(Bench.outcome(envelope, threshold: threshold).reason != nil)
    for position in envelope.indices {
      for bit in UInt8(0)..<8 {
        var changed = envelope
        changed[position] ^= 1 << bit
        let reason = Bench.outcome(changed, threshold: threshold).reason
        #expect(reason != nil, "bit \(bit) of byte \(position)")
      }
    }
  }
}
