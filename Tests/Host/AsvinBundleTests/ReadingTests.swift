import AsvinHost
import AsvinBundle
import AsvinFixtures
import AsvinManifest
import AsvinVerifier
import Testing

/// Threats T12 and T13, on the archive alone: no signature is looked at here.
@Suite("Reading bundles")
struct ReadingTests {
  @Test func `The written members are read back in their order`() throws {
    let release = try Release(sizes: [70_000, 512, 65_536, 0, 1])
    let reader = try BundleReader(release.bytes())
    #expect(reader.manifest == release.manifest && reader.signatureFile == release.signatureFile)
    var contents: [[UInt8]] = []
    var names: [String] = []
    try reader.readMembers(release.members) { member, piece in
      if names.last != member.name {
        names.append(member.name)
        contents.append([])
      }
      contents[contents.count - 1] += Array(copying: piece)
    }
    // A member without bytes is not given.
    #expect(names == release.members.filter { $0.size > 0 }.map(\.name))
    #expect(contents == release.contents.filter { !$0.isEmpty })
  }

  @Test func `A bundle is distinguished from other files`() throws {
    let bytes = try Release().bytes()
    #expect(try BundleReader.isBundle(bytes))
    #expect(try !BundleReader.isBundle(Array(bytes[..<264])))
    #expect(try !BundleReader.isBundle(Array(bytes[1...])))
    #expect(try !BundleReader.isBundle([UInt8](repeating: 0, count: 1024)))
    #expect(try !BundleReader.isBundle(Tape.bytes([Tape.Entry("manifest.cbor.gz", [1])])))
  }

  @Test func `Every single-bit change is rejected`() throws {
    var bytes = try Release().bytes()
    for index in bytes.indices {
      for bit in 0..<8 {
        bytes[index] ^= 1 << bit
        let reading = Reading(bytes)
        bytes[index] ^= 1 << bit
        guard case .rejected = reading else {
          // The signature, which is not looked at here, covers the manifest's and the attachments' meaning.
          #expect(index >= 512 && index < 1024 && reading == .complete, "byte \(index), bit \(bit): \(reading)")
          continue
        }
      }
    }
  }

  @Test func `Every truncation is rejected, and as truncated after the first record`() throws {
    let bytes = try Release().bytes()
    for count in bytes.indices {
      let reading = Reading(Array(bytes[..<count]))
      if count < 512 {
        #expect([.rejected(.archiveTruncated), .rejected(.archiveMalformed)].contains(reading), "\(count): \(reading)")
      } else {
        #expect(reading == .rejected(.archiveTruncated), "\(count) bytes: \(reading)")
      }
    }
  }

  @Test func `A byte, a record or a second archive after the end is rejected`() throws {
    let bytes = try Release().bytes()
    for tail in [[0], [1], [UInt8](repeating: 0, count: 512), [UInt8](repeating: 0, count: 10_240), bytes] {
      #expect(Reading(bytes + tail) == .rejected(.archiveNotCanonical), "\(tail.count) bytes")
    }
  }

  @Test func `A byte or a record that is put in anywhere is rejected`() throws {
    let bytes = try Release().bytes()
    for index in stride(from: 0, to: bytes.count, by: 64) {
      for count in [1, 512] {
        var changed = bytes
        changed.insert(contentsOf: [UInt8](repeating: 0, count: count), at: index)
        guard case .rejected = Reading(changed) else {
          Issue.record("\(count) zeros at \(index)")
          continue
        }
      }
    }
  }

  /// Fails to read from an offset on, as a disk does.
  struct BadDisk: ByteSource {
    let bytes: [UInt8]
    let bad: UInt64
    var size: UInt64 { bytes.size }

    func read(at offset: UInt64, count: Int) throws(FileError) -> [UInt8] {
      if offset >= bad { throw FileError(.read, "the disk", code: 5) }
      return bytes.read(at: offset, count: Int(min(UInt64(count), bad - offset)))
    }
  }

  @Test func `A disk that fails is reported as an error of the disk, and not as a rejected bundle`() throws {
    let bytes = try Release(sizes: [70_000, 512, 100, 0, 1]).bytes()
    for bad in [0, 512, 1024, 40_000, 70_000] as [UInt64] {
      let reading = Reading(BadDisk(bytes: bytes, bad: bad))
      #expect(reading == .failed("\(BundleError.file(FileError(.read, "the disk", code: 5)))"), "\(bad)")
    }
  }

  @Test func `The members of a bundle are found at their places`() throws {
    let release = try Release()
    let reader = try BundleReader(release.bytes())
    for (member, content) in zip(release.members, release.contents) {
      let source = reader.content(of: member, among: release.members)
      #expect(source.size == member.size)
      #expect(try source.read(at: 0, count: 1 << 20) == content)
      #expect(try source.read(at: 1, count: 3) == Array(content.dropFirst().prefix(3)))
      #expect(try source.read(at: member.size, count: 1).isEmpty)
    }
  }
}
