import AsvinHost
import AsvinBundle
import AsvinCrypto
import AsvinFixtures
import AsvinManifest
import AsvinVerifier

/// A release with two components, a patch and two attachments: all that a bundle can hold.
struct Release {
  let manifest: [UInt8]
  let signatureFile = Envelope.signatureFile([])
  let members: [BundleMember]
  let contents: [[UInt8]]

  /// Sizes around the archive's records of 512 bytes.
  init(sizes: [Int] = [700, 512, 100, 0, 1]) throws {
    var numbers = SeededGenerator(seed: 7)
    contents = sizes.map { numbers.bytes($0) }
    let digests = contents.map { SHA256.digest(of: $0.span) }
    func payload(_ index: Int) -> Payload { Payload(size: UInt64(sizes[index]), digest: digests[index]) }
    func attachment(_ name: Name?, _ index: Int) -> Attachment? {
      name.map { Attachment(name: $0, mediaType: "text/plain", size: UInt64(sizes[index]), digest: digests[index]) }
    }
    guard let name = Name("firmware") else { fatalError("the name is valid") }
    var patch = payload(1)
    patch.kind = .patch
    var manifest = Manifest(
      name: name, vendor: .vendor(domain: "example.com"), deviceClass: Identifier(), sequence: 1, version: name,
      components: [
        Component(slot: 0, size: UInt64(sizes[0]), digest: digests[0], payloads: [payload(0), patch]),
        Component(slot: 1, size: UInt64(sizes[2]), digest: digests[2], payloads: [payload(2)]),
      ])
    manifest.attachments = [attachment(Name("empty"), 3), attachment(Name("notes.txt"), 4)].compactMap(\.self)
    self.manifest = try manifest.encoded()
    members = manifest.members
  }

  func content(_ member: BundleMember) -> [UInt8] {
    members.firstIndex(of: member).map { contents[$0] } ?? []
  }

  /// The bundle, as we write it.
  func bytes() throws -> [UInt8] {
    let sink = MemorySink()
    try BundleWriter.write(
      manifest: manifest, signatureFile: signatureFile, members: members, to: sink, content: content)
    return sink.bytes
  }

  /// The bundle, as ``Tape`` writes it.
  var tape: [Tape.Entry] {
    [Tape.Entry("manifest.cbor", manifest), Tape.Entry("signatures.cbor", signatureFile)]
      + zip(members, contents).map { Tape.Entry($0.name, $1) }
  }
}

/// Keeps what is written, and fails at a write where a test wants it.
final class MemorySink: ByteSink {
  private(set) var bytes: [UInt8] = []
  private(set) var writes = 0
  let failing: Int?

  init(failing: Int? = nil) { self.failing = failing }

  func write(_ piece: Span<UInt8>) throws(FileError) {
    writes += 1
    if writes == failing { throw FileError(.write, "the sink", code: 28) }
    bytes += Array(copying: piece)
  }
}

/// The result of reading a bundle.
enum Reading: Equatable {
  case complete
  case rejected(Reason)
  case failed(String)

  /// Reads a bundle as a command does: the manifest lists the other members.
  init(_ source: any ByteSource & Sendable) {
    do {
      let reader = try BundleReader(source)
      let manifest = try Manifest(decoding: reader.manifest)
      _ = try Envelope.signatures(of: reader.envelope())
      var read: [String: [UInt8]] = [:]
      try reader.readMembers(manifest.members) { member, piece in
        read[member.name, default: []] += Array(copying: piece)
      }
      let isRight = manifest.members.allSatisfy { UInt64(read[$0.name, default: []].count) == $0.size }
      self = isRight ? .complete : .failed("sizes")
    } catch BundleError.rejected(let reason, _) {
      self = .rejected(reason)
    } catch is WireError {
      self = .rejected(.envelopeMalformed)
    } catch {
      self = .failed("\(error)")
    }
  }
}
