import AsvinBundle
import AsvinVerifier
import Testing

/// Archives that someone made on purpose, each a valid one to a forgiving reader.
@Suite("Hostile archives")
struct HostileArchiveTests {
  static let unexpected = Reading.rejected(.archiveMemberUnexpected)

  static func reading(_ change: (inout [Tape.Entry]) -> Void) throws -> Reading {
    var entries = try Release().tape
    change(&entries)
    return Reading(Tape.bytes(entries))
  }

  @Test func `An empty file, zeros and an empty archive are not bundles`() {
    #expect(Reading([]) == .rejected(.archiveMalformed))
    #expect(Reading([UInt8](repeating: 0, count: 512)) == .rejected(.archiveTruncated))
    guard case .rejected = Reading(Tape.bytes([])) else {
      Issue.record("an archive of nothing")
      return
    }
    guard case .rejected = Reading([UInt8](repeating: 0xFF, count: 4096)) else {
      Issue.record("a file of ones")
      return
    }
  }

  @Test func `Any two members that change places are rejected`() throws {
    let count = try Release().tape.count
    for first in 0..<count {
      for second in (first + 1)..<count {
        #expect(try Self.reading { $0.swapAt(first, second) } == Self.unexpected, "\(first) and \(second)")
      }
    }
  }

  @Test func `A member that is missing is rejected`() throws {
    let count = try Release().tape.count
    for index in 0..<(count - 1) {
      #expect(try Self.reading { $0.remove(at: index) } == Self.unexpected, "\(index)")
    }
    #expect(try Self.reading { $0.removeLast() } == .rejected(.archiveMemberMissing))
  }

  @Test func `A duplicate member is rejected`() throws {
    let count = try Release().tape.count
    for index in 0..<count {
      #expect(try Self.reading { $0.insert($0[index], at: index) } == Self.unexpected, "\(index)")
    }
  }

  @Test(arguments: ["extra", "../etc/passwd", "/etc/passwd", "payloads/9-image", "payloads/0-image", ""])
  func `A member that the manifest does not name is rejected at any place`(name: String) throws {
    for index in 0...(try Release().tape.count) {
      let reading = try Self.reading { $0.insert(Tape.Entry(name, [1]), at: index) }
      guard case .rejected = reading else {
        Issue.record("\(name) at \(index): \(reading)")
        continue
      }
    }
  }

  @Test(arguments: ["./manifest.cbor", "MANIFEST.CBOR", "manifest.cbor/"])
  func `A member of another name is rejected`(name: String) throws {
    #expect(try Self.reading { $0[0].name = name } == Self.unexpected)
  }

  @Test func `A name that is put together from a prefix is rejected`() throws {
    let reading = try Self.reading { entries in
      entries[2].prefix = "payloads"
      entries[2].name = "0-image"
    }
    #expect(reading == .rejected(.archiveNotCanonical))
  }

  @Test(arguments: ["1", "2", "3", "4", "5", "6"] as [Character])
  func `A link, a folder or a device in a file's place is rejected`(type: Character) throws {
    let reading = try Self.reading { entries in
      entries[2].type = type
      entries[2].linkName = "/etc/passwd"
      entries[2].content = []
    }
    #expect(reading == Self.unexpected)
  }

  @Test(
    arguments: [
      { $0.mode = 0o4755 }, { $0.time = 1 }, { $0.owner = 1000 }, { $0.type = "7" }, { $0.type = "\0" },
      { $0.magic = Array("ustar  \0".utf8) }, { $0.linkName = "x" },
    ] as [@Sendable (inout Tape.Entry) -> Void])
  func `A header that only a forgiving reader overlooks is rejected`(change: @Sendable (inout Tape.Entry) -> Void)
    throws
  {
    for index in try Release().tape.indices {
      #expect(try Self.reading { change(&$0[index]) } == .rejected(.archiveNotCanonical), "\(index)")
    }
  }

  @Test(arguments: ["x", "g"] as [Character])
  func `An extended header, which may rename and resize what follows, is rejected`(type: Character) throws {
    for record in ["17 path=evil.bin\n", "11 size=700\n", "20 comment=anything\n"] {
      for index in 0...(try Release().tape.count) {
        let header = Tape.Entry("PaxHeader", Array(record.utf8)).changed { $0.type = type }
        guard case .rejected = try Self.reading({ $0.insert(header, at: index) }) else {
          Issue.record("\(record) at \(index)")
          continue
        }
      }
    }
  }

  @Test(arguments: ["L", "K"] as [Character])
  func `A GNU long name is rejected`(type: Character) throws {
    let header = Tape.Entry("././@LongLink", Array("payloads/0-image\0".utf8)).changed { $0.type = type }
    guard case .rejected = try Self.reading({ $0.insert(header, at: 2) }) else {
      Issue.record("a long name")
      return
    }
  }

  @Test(arguments: [
    ("00000001273 ", Reason.payloadTruncated), ("00000001275 ", .payloadTooLong), ("77777777777 ", .payloadTooLong),
    ("00000000000 ", .payloadTruncated),
  ])
  func `A size that differs from the manifest is rejected`(claimed: String, reason: Reason) throws {
    #expect(try Self.reading { $0[2].claimed = claimed } == .rejected(reason))
  }

  @Test(arguments: ["-0000001274 ", "0x000001274 ", "not a number", "\u{7F}\u{7F}\u{7F}\u{7F}"])
  func `A size that is not a number, or is negative, is rejected`(claimed: String) throws {
    guard case .rejected = try Self.reading({ $0[2].claimed = claimed }) else {
      Issue.record("\(claimed)")
      return
    }
  }

  @Test func `A manifest or a signature file over its limit is rejected before it is read`() throws {
    let manifest = [UInt8](repeating: 0, count: 4097)
    #expect(try Self.reading { $0[0].content = manifest } == .rejected(.manifestTooLarge))
    let signatures = [UInt8](repeating: 0, count: 16_385)
    #expect(try Self.reading { $0[1].content = signatures } == .rejected(.envelopeTooLarge))
    #expect(try Self.reading { $0[0].claimed = "77777777777 " } == .rejected(.manifestTooLarge))
  }

  @Test(arguments: [[], [0x80], [0x40]])
  func `A signature file that is not a map is rejected`(signatures: [UInt8]) throws {
    #expect(try Self.reading { $0[1].content = signatures } == .rejected(.envelopeMalformed))
  }

  @Test func `A content of the right size and another digest is rejected, payload and attachment apart`() throws {
    #expect(try Self.reading { $0[2].content[699] ^= 1 } == .rejected(.payloadDigestMismatch))
    #expect(try Self.reading { $0[6].content[0] ^= 1 } == .rejected(.attachmentDigestMismatch))
  }
}
