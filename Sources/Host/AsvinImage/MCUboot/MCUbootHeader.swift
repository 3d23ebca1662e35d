import AsvinHost

/// The header of an MCUboot image (MCUboot, boot/bootutil/include/bootutil/image.h, `struct image_header`).
struct MCUbootHeader {
  static let magic: UInt32 = 0x96F3_B83D
  /// The magic number of MCUboot's first format, which has different trailers.
  static let firstMagic: UInt32 = 0x96F3_B83C

  let fields: Fields

  /// The header at the start of a file; `nil` if there is none.
  init?(_ source: some ByteSource) throws(ImageError) {
    guard let start = try source.fields(at: 0, count: 32), [Self.magic, Self.firstMagic].contains(start.word(0)) else {
      return nil
    }
    fields = start
  }

  var isFirstFormat: Bool { fields.word(0) == Self.firstMagic }
  var headerSize: UInt64 { UInt64(fields.half(8)) }
  /// Bytes of the protected TLV area with its own header; 0 if there is none.
  var protectedSize: UInt64 { UInt64(fields.half(10)) }
  var imageSize: UInt64 { UInt64(fields.word(12)) }
  var isEncrypted: Bool { fields.word(16) & 0x0C != 0 }
  /// Whether the image runs at `ih_load_addr`: flag RAM_LOAD or ROM_FIXED.
  var hasLoadAddress: Bool { fields.word(16) & 0x120 != 0 }

  /// `major.minor.revision`, followed by `+build` if the build number is not 0.
  var version: String {
    let build = fields.word(24)
    return "\(fields.byte(20)).\(fields.byte(21)).\(fields.half(22))" + (build == 0 ? "" : "+\(build)")
  }

  /// The description of the image.
  func description(of source: some ByteSource) throws(ImageError) -> ImageDescription {
    var description = ImageDescription(format: .mcuboot)
    description.version = version
    FrameworkDefaults.remove(from: &description)
    if hasLoadAddress { description.loadAddress = UInt64(fields.word(4)) }
    if isFirstFormat {
      description.notes = ["MCUboot's first image format: its trailers are not read"]
      return description
    }
    guard let trailers = try MCUbootTrailers(after: self, in: source) else {
      description.checks = [IntegrityCheck(broken: "TLV area")]
      return description
    }
    description.secureVersion = trailers.securityCounter
    if isEncrypted {
      description.notes = ["the image is encrypted, so its digest cannot be checked"]
    } else if let stated = trailers.sha256 {
      let found = try source.sha256(of: 0..<trailers.hashedSize)
      description.checks = [IntegrityCheck("MCUboot SHA-256 TLV", expected: hexadecimal(stated), found: found)]
    } else if trailers.hasLongerDigest {
      description.notes = ["the image's digest is SHA-384 or SHA-512, which is not checked"]
    } else {
      description.checks = [IntegrityCheck(broken: "MCUboot SHA-256 TLV")]
    }
    return description
  }
}
