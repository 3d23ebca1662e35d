import AsvinInstaller

/// A region whose flash fails at an operation of one kind, without any other loss.
struct FaultyRegion: FlashRegion {
  enum Operation { case read, erase, write }

  final class Fault {
    let operation: Operation
    /// How many operations of this kind still succeed.
    var left: Int
    private(set) var hasFailed = false

    init(_ operation: Operation, after left: Int) { (self.operation, self.left) = (operation, left) }

    /// Whether an operation goes through.
    func passes(_ kind: Operation) -> Bool {
      guard kind == operation else { return !hasFailed }
      left -= 1
      // A word that cannot be read is not a failure of the flash.
      if operation == .read { return left >= 0 }
      hasFailed = hasFailed || left < 0
      return !hasFailed
    }

    /// The flash works again.
    func repair() { (left, hasFailed) = (.max, false) }
  }

  let region: SimulatedRegion
  let fault: Fault

  var capacity: UInt64 { region.capacity }
  var blockBytes: UInt32 { region.blockBytes }
  var writeBytes: UInt32 { region.writeBytes }
  var hasFailed: Bool { fault.hasFailed }

  func read(_ offset: UInt64, into bytes: UnsafeMutableRawBufferPointer) -> Bool {
    unsafe fault.passes(.read) && region.read(offset, into: bytes)
  }
  func byte(_ offset: UInt64) -> UInt8 { fault.passes(.read) ? region.byte(offset) : 0 }
  func erase(_ offset: UInt64) { if fault.passes(.erase) { region.erase(offset) } }
  func write(_ offset: UInt64, _ bytes: Span<UInt8>) { if fault.passes(.write) { region.write(offset, bytes) } }
}
