import AsvinInstaller
import AsvinVerifier
import Testing

/// A device's complete update, from the release to its confirmation: what its firmware does between two restarts.
final class UpdateFlow {
  /// Who decides what is started.
  enum Loader: CaseIterable { case asksTheState, hasItsOwnRecord }

  let board: Board
  let update: Update
  let old: [UInt8]
  let plan: InstallPlan
  /// Where the boot state is.
  let state: SimulatedRegion
  /// Whether the firmware on trial confirms itself.
  let confirms: Bool
  let loader: Loader
  private var bootloader = Bootloader()
  private var hasReverted = false

  init(
    _ update: Update, over old: [UInt8], confirms: Bool = true, loader: Loader = .asksTheState,
    flavour: FlashFlavour = .plain
  ) throws {
    board = Board(running: old, room: max(old.count, update.image.count), flavour: flavour)
    state = SimulatedRegion(board.power, blocks: 2, blockBytes: Board.blockBytes)
    (self.update, self.old, self.confirms, self.loader) = (update, old, confirms, loader)
    plan = try update.plan(installed: old)
  }

  private func boot(_ running: RunningImage) -> BootState<SimulatedRegion> {
    BootState(state, running: running, factory: FactoryState(floor: 7, sequence: 7))
  }

  /// The slot that a start runs.
  private func start() throws(InstallError) -> UInt32 {
    if loader == .hasItsOwnRecord {
      let slot = bootloader.start()
      var boot = boot(RunningImage(slot: slot))
      let answer = try boot.begin()
      if case .reverted = answer { hasReverted = true }
      let wanted = answer.slot
      if wanted != slot { bootloader.keep(wanted) }
      return wanted == slot ? slot : bootloader.start()
    }
    var boot = boot(.nothing)
    let answer = try boot.begin()
    if case .reverted = answer { hasReverted = true }
    return answer.slot
  }

  /// One life between two restarts; whether there is nothing left to do.
  ///
  /// - Throws: ``InstallError`` where power is lost.
  private func live() throws(InstallError) -> Bool {
    let slot = try start()
    // What is started is intact, whatever has happened.
    if slot == 1 {
      #expect(board.spareBytes(update.image.count) == update.image)
    } else {
      #expect(board.running.memory.bytes.starts(with: old))
    }
    var boot = boot(RunningImage(slot: slot))
    if boot.phase == .trial {
      guard confirms else { return false }
      bootloader.keep(slot)
      return try boot.confirm()
    }
    if slot == 1 || hasReverted && !confirms { return true }
    let component = try board.install(plan, update.stream, base: old.count, memory: update.memory) {
      () throws(InstallError) in #expect(try boot.freeSlot(1, for: plan))
    }
    try boot.activate([component].span, in: 1)
    bootloader.startNext(1)
    return false
  }

  /// Lives until nothing is left to do, with a cut at an operation, and another one a number of operations after it.
  func run(cutAt first: Int? = nil, then second: Int? = nil) {
    board.power.cutAt = first
    var isDone = false
    for life in 0..<24 where !isDone {
      do throws(InstallError) {
        isDone = try live()
      } catch {
        #expect(error.reason == .flashFailed)
        board.power.restart()
        if life == 0, let second { board.power.cutAt = board.power.operations + second }
      }
    }
    #expect(isDone, "\(board.power.flavour), cut at \(first ?? 0)")
    #expect(board.power.violation == nil)
    let boot = boot(RunningImage(slot: confirms ? 1 : 0))
    #expect(boot.phase == .confirmed && !boot.hasFailed)
    #expect(boot.floor == (confirms ? 8 : 7))
    #expect(boot.sequence == (confirms ? 8 : 7))
  }
}

extension BootStart {
  /// The slot that is to run.
  var slot: UInt32 {
    switch self {
    case .confirmed(let slot), .trial(let slot), .reverted(let slot): slot
    }
  }
}
