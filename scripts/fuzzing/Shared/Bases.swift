/// The images that patches are applied to, built in: see `images.py`.
enum Bases {
  // Made once, and read only.
  nonisolated(unsafe) static let all: [Base] = baseDigits.map { digits in unsafe Base(hex: digits) }

  /// The base that a byte of the input names.
  static subscript(selector: UInt8) -> Base { all[Int(selector) % all.count] }
}

/// A base, in memory of its own, that is not read outside.
struct Base: ByteStore {
  let bytes: UnsafeMutableRawBufferPointer
  let count: UInt32

  init(hex digits: StaticString) {
    let digits = Array(digits.description.utf8).map { $0 < 58 ? $0 - 48 : $0 - 87 }
    unsafe bytes = memory(digits.count / 2)
    for index in 0..<digits.count / 2 { unsafe bytes[index] = digits[2 * index] << 4 | digits[2 * index + 1] }
    count = UInt32(digits.count / 2)
  }

  func byte(at offset: UInt32) -> UInt8 {
    require(offset < count, "the base is read within its bytes")
    return unsafe bytes[Int(offset)]
  }
}
