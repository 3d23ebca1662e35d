import AsvinCrypto
import AsvinManifest
import AsvinVerifier
import Testing

@Suite("The policy of the device")
struct PolicyTests {
  static let signer = Bench.key(.ed25519)

  /// Threat T8.
  @Test func `Of all vendors and classes, only the device's own pair is accepted`() throws {
    let vendors = ["example.com", "example.org", "asvin.io"].map(Identifier.vendor(domain:))
    let pairs = vendors.flatMap { vendor in
      ["board", "board2", ""].map { (vendor, Identifier.deviceClass($0, of: vendor)) }
    }
    for (vendor, deviceClass) in pairs {
      let envelope = try Bench.envelope(
        Bench.manifest {
          $0.vendor = vendor
          $0.deviceClass = deviceClass
        }, by: [Self.signer])
      for (own, ownClass) in pairs {
        let reason = Bench.outcome(envelope, vendor: own, deviceClass: ownClass).reason
        let expected: Reason? = vendor != own ? .wrongVendor : deviceClass != ownClass ? .wrongClass : nil
        #expect(reason == expected)
      }
    }
  }

  @Test(arguments: 0..<128)
  func `A vendor or class with one changed bit is another one`(bit: Int) throws {
    let envelope = try Bench.envelope(by: [Self.signer])
    func changed(_ identifier: Identifier) -> Identifier {
      Identifier { identifier[$0] ^ ($0 == bit / 8 ? 1 << UInt8(bit % 8) : 0) }
    }
    #expect(Bench.outcome(envelope, vendor: changed(Bench.vendor)).reason == .wrongVendor)
    #expect(Bench.outcome(envelope, deviceClass: changed(Bench.deviceClass)).reason == .wrongClass)
  }

  /// Threat T2.
  @Test(arguments: [
    (0, 0, false), (1, 0, true), (1, 1, false), (7, 6, true), (7, 7, false), (7, 8, false), (7, UInt64.max, false),
    (1 << 32, UInt64(UInt32.max), true), (.max, .max - 1, true), (.max, .max, false), (1 << 63, 1, true),
  ])
  func `Only a sequence number above the rollback floor is accepted`(sequence: UInt64, floor: UInt64, isAccepted: Bool)
    throws
  {
    let envelope = try Bench.envelope(Bench.manifest { $0.sequence = sequence }, by: [Self.signer])
    #expect(
      Bench.outcome(envelope, floor: floor, longestStep: .max).reason == (isAccepted ? nil : .sequenceNotAboveFloor))
  }

  @Test func `A demand that is not made is not checked`() throws {
    let envelope = try Bench.envelope(Bench.manifest { $0.sequence = 0 }, by: [Self.signer])
    #expect(Bench.outcome(envelope, vendor: nil, deviceClass: nil, floor: nil).reason == nil)
  }

  @Test(
    arguments: [
      (5, nil, .baseUnknown), (5, 4, .baseNotAllowed), (5, 5, nil), (5, 6, nil), (0, 0, nil), (0, nil, .baseUnknown),
    ]
      as [(UInt64, UInt64?, Reason?)])
  func `A lowest base is compared with the release that the device runs`(
    lowest: UInt64, sequence: UInt64?, expected: Reason?
  ) throws {
    let envelope = try Bench.envelope(Bench.manifest { $0.lowestBase = lowest }, by: [Self.signer])
    #expect(Bench.outcome(envelope, sequence: sequence).reason == expected)
  }

  @Test func `A release without a lowest base needs no knowledge of what the device runs`() throws {
    #expect(Bench.outcome(try Bench.envelope(by: [Self.signer]), sequence: nil).reason == nil)
  }

  /// The first failure is the answer: each release below fails at its place and at every later one.
  @Test func `The checks are made in the design's order`() throws {
    var manifest = Bench.manifest {
      $0.vendor = Bench.deviceClass
      $0.deviceClass = Bench.vendor
      $0.sequence = 6
      $0.lowestBase = 7
      $0.keySetVersion = 1
      $0.components[0].payloads[0].features = 1
    }
    let repairs: [(Reason, (inout Manifest) -> Void)] = [
      (.wrongVendor, { $0.vendor = Bench.vendor }), (.wrongClass, { $0.deviceClass = Bench.deviceClass }),
      (.sequenceNotAboveFloor, { $0.sequence = 7 }), (.baseNotAllowed, { $0.lowestBase = 6 }),
      (.keySetRequired, { $0.keySetVersion = nil }),
      (.noUsablePayload, { $0.components[0].payloads[0].features = 0 }),
    ]
    let unsigned = try Bench.envelope(manifest.encoded(), signatures: [])
    #expect(Bench.outcome(unsigned).reason == .unsigned)
    let stranger = try Bench.envelope(manifest, by: [PrivateKey.generate(.ed25519)])
    #expect(Bench.outcome(stranger).reason == .untrustedKey)
    for (reason, repair) in repairs {
      #expect(Bench.outcome(try Bench.envelope(manifest, by: [Self.signer])).reason == reason)
      repair(&manifest)
    }
    #expect(Bench.outcome(try Bench.envelope(manifest, by: [Self.signer])).reason == nil)
  }
}
