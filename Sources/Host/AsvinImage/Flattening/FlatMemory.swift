/// Collects data at addresses while a container is read.
///
/// Only the bytes of the file are stored, and not the gaps between them.
struct FlatMemory: Sendable {
  /// Bytes that follow each other in memory.
  private struct Run: Sendable {
    let address: UInt64
    let start: Int
    var count: Int
    /// The offset of the run in the container.
    let offset: UInt64
    /// The name of the run in the container.
    let label: String?

    var last: UInt64 { address + UInt64(count - 1) }
  }

  private var bytes: [UInt8] = []
  private var runs: [Run] = []

  /// Adds bytes at an address.
  ///
  /// - Parameter offset: their offset in the container, for errors.
  /// - Throws: `addressOverflow`, `overLimit`.
  mutating func append(
    _ data: some Collection<UInt8>, at address: UInt64, from offset: UInt64, label: String? = nil
  ) throws(ImageError) {
    guard !data.isEmpty else { return }
    guard !address.addingReportingOverflow(UInt64(data.count)).overflow else {
      throw ImageError(.addressOverflow, at: offset)
    }
    guard UInt64(bytes.count + data.count) <= ImageLimit.flatBytes.value else {
      throw ImageError(.overLimit(.flatBytes), at: offset)
    }
    if let last = runs.last, last.last + 1 == address, last.label == label {
      runs[runs.count - 1].count += data.count
    } else {
      guard UInt64(runs.count) < ImageLimit.runs.value else { throw ImageError(.overLimit(.runs), at: offset) }
      runs.append(Run(address: address, start: bytes.count, count: data.count, offset: offset, label: label))
    }
    bytes.append(contentsOf: data)
  }

  private var sorted: [Run] { runs.sorted { ($0.address, $0.offset) < ($1.address, $1.offset) } }

  /// The addresses of the data, ascending, with adjacent ranges joined.
  var ranges: [AddressRange] {
    sorted.compactMap { AddressRange(first: $0.address, last: $0.last, label: $0.label) }.joined(acrossGapsBelow: 1)
  }

  /// Refuses data with overlapping addresses.
  ///
  /// - Throws: `overlap`.
  func checkOverlaps() throws(ImageError) {
    let sorted = sorted
    for (run, next) in zip(sorted, sorted.dropFirst()) where next.address <= run.last {
      throw ImageError(.overlap, at: max(run.offset, next.offset))
    }
  }

  /// The bytes from the first data to the last data in a range of addresses. Gaps are filled with 0xFF.
  ///
  /// - Throws: `empty`, `overLimit`.
  func flattened(_ range: AddressRange) throws(ImageError) -> (
    address: UInt64, bytes: [UInt8], ranges: [AddressRange]
  ) {
    let chosen = sorted.filter { $0.address <= range.last && range.first <= $0.last }
    guard let first = chosen.first, let final = chosen.last else { throw ImageError(.empty, at: 0) }
    let address = max(first.address, range.first)
    guard min(final.last, range.last) - address < ImageLimit.flatBytes.value else {
      throw ImageError(.overLimit(.flatBytes), at: final.offset)
    }
    var flat: [UInt8] = []
    flat.reserveCapacity(Int(min(final.last, range.last) - address) + 1)
    var ranges: [AddressRange] = []
    for run in chosen {
      let (start, last) = (max(run.address, range.first), min(run.last, range.last))
      flat.append(contentsOf: repeatElement(0xFF, count: Int(start - address) - flat.count))
      let place = run.start + Int(start - run.address)
      flat.append(contentsOf: bytes[place..<place + Int(last - start) + 1])
      if let part = AddressRange(first: start, last: last, label: run.label) { ranges.append(part) }
    }
    return (address, flat, ranges.joined(acrossGapsBelow: 1))
  }
}
