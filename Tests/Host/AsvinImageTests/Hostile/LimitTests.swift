import AsvinHost
import Testing

@testable import AsvinImage

/// A file of any size that holds a few bytes and zeros, and remembers the largest read.
final class SparseSource: ByteSource {
  let size: UInt64
  private let head: [UInt8]
  private(set) var largestRead = 0

  init(_ head: [UInt8], size: UInt64) {
    self.head = head
    self.size = size
  }

  func read(at offset: UInt64, count: Int) -> [UInt8] {
    largestRead = max(largestRead, count)
    let available = Int(min(UInt64(count), size - min(offset, size)))
    return (0..<available).map { index in
      let position = offset + UInt64(index)
      return position < UInt64(head.count) ? head[Int(position)] : 0
    }
  }
}

@Suite struct LimitTests {
  @Test func `A container file over its limit is refused unread`() {
    let source = SparseSource(UF2Builder().bytes, size: ImageLimit.containerBytes.value + 1)
    #expect(throws: ImageError(.overLimit(.containerBytes), at: 268_435_456)) { try FlatImage(flattening: source) }
    #expect(source.largestRead < 1024)
  }

  @Test func `A plain file of 8 GiB is described with small reads`() throws {
    let source = SparseSource(noise(64), size: 8 << 30)
    #expect(try ImageDescription(describing: source).format == .plain)
    #expect(source.largestRead <= 65_536)
  }

  @Test func `An image is checked with reads of at most 64 KiB`() throws {
    let image = MCUbootBuilder(image: zeros(300_000)).bytes
    let source = SparseSource(image, size: UInt64(image.count))
    #expect(try ImageDescription(describing: source).isWhole)
    #expect(source.largestRead == 65_536)
  }

  @Test func `Each limit has a name`() {
    #expect(ImageLimit.allCases.allSatisfy { !$0.name.isEmpty && $0.value > 0 })
  }
}
