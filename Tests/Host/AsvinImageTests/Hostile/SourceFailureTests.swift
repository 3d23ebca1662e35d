import AsvinHost
import Testing

@testable import AsvinImage

/// A file that can be read up to an offset.
struct FailingSource: ByteSource {
  static let error = FileError(.read, "the disk", .changed)

  let bytes: [UInt8]
  let readable: UInt64

  var size: UInt64 { UInt64(bytes.count) }

  func read(at offset: UInt64, count: Int) throws(FileError) -> [UInt8] {
    guard offset + UInt64(count) <= readable else { throw Self.error }
    return bytes.read(at: offset, count: count)
  }
}

/// A file that shrinks while it is read.
struct ShrinkingSource: ByteSource {
  var size: UInt64 { 4096 }

  func read(at offset: UInt64, count: Int) -> [UInt8] { [] }
}

@Suite struct SourceFailureTests {
  @Test func `What the source throws is the cause of the error`() throws {
    let source = FailingSource(bytes: ESP32Builder().bytes, readable: 0x100)
    let error = try #require(throws: ImageError.self) { try ImageDescription(describing: source) }
    #expect(error.fault == .unreadable)
    #expect(error.cause as? FileError == FailingSource.error)
  }

  @Test func `A source with fewer bytes than its size is unreadable`() {
    #expect(throws: ImageError(.unreadable, at: 0)) { try ImageDescription(describing: ShrinkingSource()) }
  }

  @Test func `A source that fails while it is flattened is unreadable`() {
    let source = FailingSource(bytes: UF2Builder.file(noise(512), at: 0), readable: 512)
    #expect(throws: ImageError(.unreadable, at: 512)) { try FlatImage(flattening: source) }
  }

  @Test func `Bytes in memory are read like a file`() {
    let source: [UInt8] = [1, 2, 3]
    #expect(source.read(at: 1, count: 1) == [2])
    #expect(source.read(at: 2, count: 9) == [3])
    #expect(source.read(at: 3, count: 1).isEmpty)
    #expect(source.read(at: .max, count: .max).isEmpty)
  }

  @Test func `Every fault has an explanation`() {
    #expect(ImageFault.overLimit(.flatBytes).explanation == "more than 67108864 bytes of a flat image")
    #expect(ImageFault.overlap.explanation == "two pieces of data claim the same address")
  }
}
