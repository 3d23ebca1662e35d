/// Data at addresses, as a container lists it, until all of it is known.
///
/// Holds the bytes that the file has, and nothing for the gaps between them.
struct FlatMemory {
  /// Bytes that follow each other in memory.
  private struct Run {
    let address: UInt64
    let start: Int
    var count: Int
    /// Where in the container the run starts.
    let offset: UInt64

    var end: UInt64 { address + UInt64(count) }
  }

  private var bytes: [UInt8] = []
  private var runs: [Run] = []

  /// Adds bytes at an address.
  ///
  /// - Parameter offset: where in the container they stand, for errors.
  /// - Throws: `addressOverflow`, `overLimit`.
  mutating func append(_ data: some Collection<UInt8>, at address: UInt64, from offset: UInt64) throws(ImageError) {
    guard !data.isEmpty else { return }
    guard !address.addingReportingOverflow(UInt64(data.count)).overflow else {
      throw ImageError(.addressOverflow, at: offset)
    }
    guard UInt64(bytes.count + data.count) <= ImageLimit.flatBytes.value else {
      throw ImageError(.overLimit(.flatBytes), at: offset)
    }
    if let last = runs.last, last.end == address {
      runs[runs.count - 1].count += data.count
    } else {
      guard UInt64(runs.count) < ImageLimit.runs.value else { throw ImageError(.overLimit(.runs), at: offset) }
      runs.append(Run(address: address, start: bytes.count, count: data.count, offset: offset))
    }
    bytes.append(contentsOf: data)
  }

  /// The lowest address and all bytes from there on, gaps filled with 0xFF.
  ///
  /// - Throws: `empty`, `overlap`, `overLimit`.
  func flattened(endingAt end: UInt64) throws(ImageError) -> (address: UInt64, bytes: [UInt8]) {
    let sorted = runs.sorted { ($0.address, $0.offset) < ($1.address, $1.offset) }
    guard let first = sorted.first, let last = sorted.last else { throw ImageError(.empty, at: end) }
    if sorted.count == 1 { return (first.address, bytes) }
    for (run, next) in zip(sorted, sorted.dropFirst()) where next.address < run.end {
      throw ImageError(.overlap, at: max(run.offset, next.offset))
    }
    guard last.end - first.address <= ImageLimit.flatBytes.value else {
      throw ImageError(.overLimit(.flatBytes), at: last.offset)
    }
    var flat: [UInt8] = []
    flat.reserveCapacity(Int(last.end - first.address))
    for run in sorted {
      let gap = Int(run.address - first.address) - flat.count
      flat.append(contentsOf: repeatElement(0xFF, count: gap))
      flat.append(contentsOf: bytes[run.start..<run.start + run.count])
    }
    return (first.address, flat)
  }
}
