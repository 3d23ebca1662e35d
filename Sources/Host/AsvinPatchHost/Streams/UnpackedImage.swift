/// An image whose compressed parts are unpacked.
package struct UnpackedImage {
  /// A stream in an image.
  package struct Stream: Equatable {
    /// Bytes between the end of the stream before and this one.
    package var gap: Int
    /// Bytes of its content.
    package var length: Int
    package var format: StreamFormat
    /// The parameters that pack it again; `nil` if it will not be packed.
    package var parameters: DeflateParameters?

    init(gap: Int, length: Int, format: StreamFormat, parameters: DeflateParameters? = nil) {
      (self.gap, self.length, self.format, self.parameters) = (gap, length, format, parameters)
    }
  }

  package private(set) var bytes: [UInt8] = []
  package private(set) var streams: [Stream] = []

  /// The minimum length, because a shorter stream costs more in the recipe than it saves.
  private static let shortest = 64

  /// Unpacks an image that a patch makes. Streams stay packed if zlib cannot reproduce them byte for byte.
  package init(result image: [UInt8], limit: Int) {
    var likely = DeflateParameters.all
    (bytes, streams) = Self.unpacked(image, limit) { stream, content, packed in
      let fitting = likely.firstIndex { Deflate.packs(content, stream.format, $0, into: packed) }
      guard let fitting else { return false }
      stream.parameters = likely[fitting]
      // The next stream probably has the same.
      likely.swapAt(0, fitting)
      return true
    }
  }

  /// Unpacks the base of a patch.
  ///
  /// - Parameter isKept: whether a stream stays packed.
  package init(
    base image: [UInt8], limit: Int, keepingPacked isKept: (_ packed: ArraySlice<UInt8>, _ content: [UInt8]) -> Bool
  ) {
    (bytes, streams) = Self.unpacked(image, limit) { _, content, packed in !isKept(packed, content) }
  }

  /// The ranges of ``bytes`` that are the content of a stream.
  package var rangesOfStreams: [Range<Int>] {
    var place = 0
    return streams.map { stream in
      let start = place + stream.gap
      place = start + stream.length
      return start..<place
    }
  }

  /// The ranges of ``bytes`` that are as in the image.
  package var rangesBetweenStreams: [Range<Int>] {
    var ranges: [Range<Int>] = []
    var place = 0
    for stream in rangesOfStreams {
      ranges.append(place..<stream.lowerBound)
      place = stream.upperBound
    }
    return ranges + [place..<bytes.count]
  }

  /// - Parameter isUnpacked: decides on a stream by its content and its packed bytes, and may set its parameters.
  private static func unpacked(
    _ image: [UInt8], _ limit: Int,
    where isUnpacked: (_ stream: inout Stream, _ content: [UInt8], _ packed: ArraySlice<UInt8>) -> Bool
  ) -> (bytes: [UInt8], streams: [Stream]) {
    var (bytes, streams) = ([UInt8](), [Stream]())
    var (place, end) = (0, 0)
    func room(_ end: Int) -> Int { limit - bytes.count - (image.count - end) }
    while place + 8 < image.count {
      guard let (start, format) = Self.start(image, place),
        let found = Deflate.inflated(image, at: start, format, limit: room(end)),
        found.count >= Self.shortest
      else {
        place += 1
        continue
      }
      place = start + found.count
      var stream = Stream(gap: start - end, length: found.content.count, format: format)
      guard isUnpacked(&stream, found.content, image[start..<place]) else { continue }
      bytes += image[end..<start]
      bytes += found.content
      streams.append(stream)
      end = place
    }
    bytes += image[end...]
    return (bytes, streams)
  }

  /// Unpacks an image at the streams of a recipe; `nil` if a stream is missing.
  package init?(_ image: [UInt8], at streams: [Stream], limit: Int) {
    var end = 0
    func room(_ end: Int) -> Int { limit - bytes.count - (image.count - end) }
    for stream in streams {
      let start = end + stream.gap
      guard start < image.count,
        let found = Deflate.inflated(image, at: start, stream.format, limit: room(end))
      else { return nil }
      bytes += image[end..<start]
      bytes += found.content
      end = start + found.count
    }
    bytes += image[end...]
  }

  /// Packs unpacked bytes again; `nil` if the recipe does not fit them, or if the image exceeds a limit.
  package static func packed(_ bytes: [UInt8], _ streams: [Stream], limit: Int) -> [UInt8]? {
    var (image, place) = ([UInt8](), 0)
    for stream in streams {
      let start = place + stream.gap
      guard let parameters = stream.parameters, start <= bytes.count, stream.length <= bytes.count - start,
        let packed = Deflate.deflated(bytes[start..<start + stream.length], stream.format, parameters)
      else { return nil }
      image += bytes[place..<start]
      image += packed
      place = start + stream.length
      guard image.count <= limit else { return nil }
    }
    return bytes.count - place <= limit - image.count ? image + bytes[place...] : nil
  }

  /// Where a stream may start whose wrapping begins at a place: at the header of zlib (RFC 1950, 2.2), or after that of gzip (RFC
  /// 1952, 2.3).
  private static func start(_ image: [UInt8], _ place: Int) -> (Int, StreamFormat)? {
    let (first, second) = (image[place], image[place + 1])
    if first == 0x78, (Int(first) << 8 | Int(second)) % 31 == 0, second & 0x20 == 0 { return (place, .zlib) }
    guard first == 0x1F, second == 0x8B, image[place + 2] == 8, image[place + 3] & 0xE0 == 0, place + 12 < image.count
    else { return nil }
    let flags = image[place + 3]
    var start = place + 10
    if flags & 4 != 0 { start += 2 + (Int(image[start]) | Int(image[start + 1]) << 8) }
    for flag in [UInt8(8), 16] where flags & flag != 0 {
      guard start < image.count, let zero = image[start...].firstIndex(of: 0) else { return nil }
      start = zero + 1
    }
    if flags & 2 != 0 { start += 2 }
    return start < image.count ? (start, .raw) : nil
  }
}
