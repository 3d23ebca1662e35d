import AsvinInstaller

/// Flash in memory: holds every rule, counts what it does, and loses its power at one operation, halfway through. What
/// one board has fails together.
final class Power {
  /// Operations that were begun, and the one at which the power goes.
  private(set) var operations = 0
  var cutAt: Int?
  private(set) var hasFailed = false
  /// A rule that was broken.
  private(set) var violation: String?

  /// The power is back.
  func restart() { (hasFailed, cutAt) = (false, nil) }

  /// Whether an operation goes through.
  func begin() -> Bool {
    if hasFailed { violation = violation ?? "an operation after one that failed" }
    operations += 1
    hasFailed = hasFailed || operations == cutAt
    return !hasFailed
  }

  func violate(_ what: String) { violation = violation ?? what }
}

/// A handle to a region of it.
struct SimulatedRegion: FlashRegion {
  final class Memory {
    var bytes: [UInt8]
    init(_ bytes: [UInt8]) { self.bytes = bytes }
  }

  let power: Power
  let memory: Memory
  let blockBytes: UInt32

  /// A region of blocks, in which something has stood before.
  init(_ power: Power, blocks: Int, blockBytes: Int, holding bytes: [UInt8] = []) {
    self.power = power
    self.blockBytes = UInt32(blockBytes)
    memory = Memory(bytes + [UInt8](repeating: 0x5A, count: blocks * blockBytes - bytes.count))
  }

  var capacity: UInt64 { UInt64(memory.bytes.count) }
  var writeBytes: UInt32 { 8 }
  var hasFailed: Bool { power.hasFailed }

  func byte(_ offset: UInt64) -> UInt8 {
    guard offset < capacity else {
      power.violate("read at \(offset)")
      return 0
    }
    return memory.bytes[Int(offset)]
  }

  func erase(_ offset: UInt64) {
    guard offset % UInt64(blockBytes) == 0, offset < capacity else { return power.violate("erase at \(offset)") }
    let count = power.begin() ? Int(blockBytes) : power.cutAt == power.operations ? Int(blockBytes) / 2 : 0
    for place in Int(offset)..<Int(offset) + count { memory.bytes[place] = 0xFF }
  }

  func write(_ offset: UInt64, _ bytes: Span<UInt8>) {
    guard bytes.count > 0, bytes.count % 8 == 0, offset % 8 == 0, Int(offset % 256) + bytes.count <= 256,
      offset + UInt64(bytes.count) <= capacity
    else { return power.violate("write at \(offset)") }
    let count = power.begin() ? bytes.count : power.cutAt == power.operations ? bytes.count / 2 : 0
    for index in 0..<count {
      if memory.bytes[Int(offset) + index] != 0xFF { power.violate("write over \(offset)") }
      memory.bytes[Int(offset) + index] = bytes[index]
    }
  }
}
