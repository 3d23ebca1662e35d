/// The limit of every size and count in a container, by name. An error names the limit that was exceeded.
package enum ImageLimit: CaseIterable, Sendable {
  /// Bytes of a container file.
  case containerBytes
  /// Bytes of the flattened image, including gaps.
  case flatBytes
  /// Runs of data with a gap between them.
  case runs
  /// Program headers of an ELF.
  case programHeaders
  /// Chips or boards that one container has data for.
  case families

  /// The largest value allowed.
  package var value: UInt64 {
    switch self {
    case .containerBytes: 268_435_456
    case .flatBytes: 67_108_864
    case .runs: 1_048_576
    case .programHeaders: 256
    case .families: 64
    }
  }

  /// The limit's name as an error shows it.
  package var name: String {
    switch self {
    case .containerBytes: "bytes of a container file"
    case .flatBytes: "bytes of a flat image"
    case .runs: "separate runs of data"
    case .programHeaders: "program headers of an ELF"
    case .families: "chips or boards in a container"
    }
  }
}
