package import AsvinManifest

extension Name {
  /// The sequence number of a version of one to three numeric parts: major·2²⁴ + minor·2¹² + patch, each part below
  /// 4096; `nil` for any other version.
  package var derivedSequence: UInt64? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 3 else { return nil }
    var sequence: UInt64 = 0
    for index in 0..<3 {
      let part: Substring = index < parts.count ? parts[index] : "0"
      guard part.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt64(part), number < 4096 else {
        return nil
      }
      sequence = sequence << 12 | number
    }
    return sequence
  }

  /// Whether this version comes before another, by its leading numeric parts; `nil` if they do not decide.
  func precedes(_ other: Name) -> Bool? {
    let (left, right) = (numericParts, other.numericParts)
    guard let left, let right, left != right else { return nil }
    for index in 0..<max(left.count, right.count) {
      let (a, b) = (index < left.count ? left[index] : 0, index < right.count ? right[index] : 0)
      if a != b { return a < b }
    }
    return nil
  }

  /// The numeric parts of a version without a prerelease or build.
  private var numericParts: [UInt64]? {
    var numbers: [UInt64] = []
    for part in text.split(separator: ".", omittingEmptySubsequences: false) {
      guard let number = UInt64(part) else { return nil }
      numbers.append(number)
    }
    return numbers
  }
}
