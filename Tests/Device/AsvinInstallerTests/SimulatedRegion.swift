import AsvinInstaller

/// The power of a simulated board: its flash holds every rule, counts what it does, and loses its power at one operation,
/// somewhere inside. All regions of a board fail together.
final class Power {
  /// Operations that were begun, and the one at which power is lost.
  private(set) var operations = 0
  var cutAt: Int?
  private(set) var hasFailed = false
  /// A rule that was broken.
  private(set) var violation: String?
  /// Reads of any number of bytes.
  var reads = 0
  let flavour: FlashFlavour

  init(_ flavour: FlashFlavour = .plain) { self.flavour = flavour }

  /// The power is back.
  func restart() { (hasFailed, cutAt) = (false, nil) }

  /// How many bytes of an operation are done.
  func begin(_ count: Int) -> Int {
    guard !hasFailed else {
      violate("an operation after one that failed")
      return 0
    }
    operations += 1
    hasFailed = operations == cutAt
    return hasFailed ? count * flavour.part / 256 : count
  }

  func violate(_ what: String) { violation = violation ?? what }
}

/// A handle to a region of simulated flash.
struct SimulatedRegion: FlashRegion {
  final class Memory {
    var bytes: [UInt8]
    /// Bytes of words that cannot be read.
    var unreadable: Set<Int> = []
    init(_ bytes: [UInt8]) { self.bytes = bytes }
  }

  let power: Power
  let memory: Memory
  let blockBytes: UInt32

  /// A region of blocks that held something before.
  init(_ power: Power, blocks: Int, blockBytes: Int, holding bytes: [UInt8] = []) {
    self.power = power
    self.blockBytes = UInt32(blockBytes)
    memory = Memory(bytes + [UInt8](repeating: 0x5A, count: blocks * blockBytes - bytes.count))
  }

  var capacity: UInt64 { UInt64(memory.bytes.count) }
  var writeBytes: UInt32 { UInt32(max(power.flavour.unit, power.flavour.word, 8)) }
  var hasFailed: Bool { power.hasFailed }

  func byte(_ offset: UInt64) -> UInt8 {
    power.reads += 1
    guard offset < capacity else {
      power.violate("read at \(offset)")
      return 0
    }
    return memory.unreadable.contains(Int(offset)) ? 0xEE : memory.bytes[Int(offset)]
  }

  func read(_ offset: UInt64, into bytes: UnsafeMutableRawBufferPointer) -> Bool {
    power.reads += 1
    guard offset + UInt64(bytes.count) <= capacity, bytes.count <= 256 else {
      power.violate("read at \(offset)")
      return false
    }
    let range = Int(offset)..<Int(offset) + bytes.count
    unsafe bytes.copyBytes(from: memory.bytes[range])
    return memory.unreadable.isEmpty || memory.unreadable.isDisjoint(with: range)
  }

  func erase(_ offset: UInt64) {
    guard offset % UInt64(blockBytes) == 0, offset < capacity else { return power.violate("erase at \(offset)") }
    let block = Int(offset)..<Int(offset) + Int(blockBytes)
    let done = power.begin(block.count)
    guard done < block.count, done > 0 || power.operations == power.cutAt else { return erase(block) }
    // What a cut erase did not reach is as it was, or cannot be read.
    if power.flavour.word > 0 { memory.unreadable.formUnion(block) }
    erase(
      power.flavour.fromEnd ? block.upperBound - done..<block.upperBound : block.lowerBound..<block.lowerBound + done)
  }

  private func erase(_ range: Range<Int>) {
    memory.bytes.replaceSubrange(range, with: repeatElement(power.flavour.erased, count: range.count))
    memory.unreadable.subtract(range)
  }

  func write(_ offset: UInt64, _ bytes: Span<UInt8>) {
    let unit = Int(writeBytes)
    // A record may be smaller than a unit.
    if bytes.count < unit, bytes.count == 128 {
      var record = [UInt8](repeating: 0x77, count: unit)
      for index in bytes.indices { record[index] = bytes[index] }
      return write(offset, record.span)
    }
    guard bytes.count > 0, bytes.count % unit == 0, Int(offset) % unit == 0, Int(offset % 512) + bytes.count <= 512,
      offset + UInt64(bytes.count) <= capacity
    else { return power.violate("write of \(bytes.count) at \(offset)") }
    let done = power.begin(bytes.count)
    for index in 0..<done {
      let place = Int(offset) + index
      if memory.bytes[place] != power.flavour.erased || memory.unreadable.contains(place) {
        power.violate("write over \(offset)")
      }
      memory.bytes[place] = bytes[index]
    }
    let word = power.flavour.word
    guard done < bytes.count, power.operations == power.cutAt, word > 0 else { return }
    let start = (Int(offset) + done) / word * word
    memory.unreadable.formUnion(start..<start + word)
  }
}
