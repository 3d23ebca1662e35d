import CAsvinZlib

/// The wrapping of a deflate stream (RFC 1950, RFC 1951).
package enum StreamFormat: UInt8 {
  case raw, zlib

  package var windowBits: Int32 { self == .raw ? -15 : 15 }
}

/// The parameters with which zlib reproduces a stream.
package struct DeflateParameters: Equatable {
  package var level: Int32
  package var memoryLevel: Int32

  /// All combinations, the most common first.
  package static let all = [9, 6, 1, 8, 7, 5, 4, 3, 2].flatMap { level in
    [8, 9].map { DeflateParameters(level: level, memoryLevel: $0) }
  }
}

/// Unpacks and packs streams with zlib.
package enum Deflate {
  /// The content of a stream, and the size of the stream in bytes; `nil` if the stream is incomplete.
  ///
  /// - Parameter limit: the maximum bytes of the content.
  package static func inflated(
    _ bytes: [UInt8], at start: Int, _ format: StreamFormat, limit: Int
  ) -> (content: [UInt8], count: Int)? {
    var stream = unsafe z_stream()
    guard unsafe asvin_inflate_init(&stream, format.windowBits) == Z_OK else { return nil }
    defer { unsafe inflateEnd(&stream) }
    var content: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    return unsafe bytes.withUnsafeBufferPointer { input in
      unsafe stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress).map { unsafe $0 + start }
      unsafe stream.avail_in = UInt32(min(input.count - start, Int(UInt32.max)))
      while true {
        let room = piece.count
        let status = unsafe piece.withUnsafeMutableBufferPointer { output in
          unsafe stream.next_out = output.baseAddress
          unsafe stream.avail_out = UInt32(room)
          return unsafe inflate(&stream, Z_NO_FLUSH)
        }
        let filled = unsafe room - Int(stream.avail_out)
        content += piece[..<filled]
        guard content.count <= limit else { return nil }
        if status == Z_STREAM_END { return unsafe (content, Int(stream.total_in)) }
        guard status == Z_OK, filled > 0 else { return nil }
      }
    }
  }

  /// Whether parameters pack content into exactly these bytes. It ends at the first difference.
  package static func packs(
    _ content: [UInt8], _ format: StreamFormat, _ parameters: DeflateParameters, into packed: ArraySlice<UInt8>
  ) -> Bool {
    var rest = packed
    let isComplete = pack(content[...], format, parameters) { piece in
      guard rest.starts(with: piece) else { return false }
      rest = rest.dropFirst(piece.count)
      return true
    }
    return isComplete && rest.isEmpty
  }

  /// Packs content into a stream.
  package static func deflated(_ content: ArraySlice<UInt8>, _ format: StreamFormat, _ parameters: DeflateParameters)
    -> [UInt8]?
  {
    var output: [UInt8] = []
    let isComplete = pack(content, format, parameters) { piece in
      output += piece
      return true
    }
    return isComplete ? output : nil
  }

  /// Packs content piece by piece, until the body returns `false`.
  ///
  /// - Returns: whether the stream is complete.
  private static func pack(
    _ content: ArraySlice<UInt8>, _ format: StreamFormat, _ parameters: DeflateParameters,
    to body: (ArraySlice<UInt8>) -> Bool
  ) -> Bool {
    var stream = unsafe z_stream()
    let begun = unsafe asvin_deflate_init(&stream, parameters.level, format.windowBits, parameters.memoryLevel)
    guard begun == Z_OK else { return false }
    defer { unsafe deflateEnd(&stream) }
    var piece = [UInt8](repeating: 0, count: 1 << 14)
    return unsafe content.withUnsafeBufferPointer { input in
      unsafe stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
      unsafe stream.avail_in = UInt32(input.count)
      while true {
        let room = piece.count
        let status = unsafe piece.withUnsafeMutableBufferPointer { output in
          unsafe stream.next_out = output.baseAddress
          unsafe stream.avail_out = UInt32(room)
          return unsafe deflate(&stream, Z_FINISH)
        }
        guard status == Z_STREAM_END || status == Z_OK else { return false }
        guard unsafe body(piece[..<(room - Int(stream.avail_out))]) else { return false }
        if status == Z_STREAM_END { return true }
      }
    }
  }
}
