import AsvinInstaller
import AsvinVerifier
import Testing

/// A device's whole update, from the release to its confirmation: what its firmware does between two restarts.
struct UpdateFlow {
  let board: Board
  let update: Update
  let old: [UInt8]
  let plan: InstallPlan
  /// Where the boot state stands.
  let state: SimulatedRegion
  /// Whether the firmware on trial confirms itself.
  let confirms: Bool

  init(_ update: Update, over old: [UInt8], confirms: Bool = true) throws {
    board = Board(running: old, room: max(old.count, update.image.count))
    state = SimulatedRegion(board.power, blocks: 2, blockBytes: Board.blockBytes)
    (self.update, self.old, self.confirms) = (update, old, confirms)
    plan = try update.plan(installed: old)
  }

  /// One life between two restarts; whether there is nothing left to do.
  ///
  /// - Throws: ``InstallError`` where the power goes.
  func live() throws(InstallError) -> Bool {
    var boot = BootState(state, factoryFloor: 7, factorySequence: 7)
    let wasOnTrial = boot.phase == .trial
    let runsUpdate = try boot.begin()
    // What is started is whole, whatever has happened.
    if runsUpdate || boot.sequence == 8 {
      #expect(board.spareBytes(update.image.count) == update.image)
    } else {
      #expect(board.running.memory.bytes.starts(with: old))
    }
    if runsUpdate {
      return confirms ? try boot.confirm() : false
    }
    if boot.sequence == 8 || wasOnTrial && !confirms { return true }
    let component = try board.install(plan, update.stream, base: old.count, memory: update.memory)
    let components = [component]
    try boot.activate(components.span)
    return false
  }

  /// Lives until nothing is left to do, with a cut at an operation, and another one so many operations behind it.
  func run(cutAt first: Int? = nil, then second: Int? = nil) {
    board.power.cutAt = first
    var isDone = false
    for life in 0..<12 where !isDone {
      do throws(InstallError) {
        isDone = try live()
      } catch {
        #expect(error.reason == .flashFailed)
        board.power.restart()
        if life == 0, let second { board.power.cutAt = board.power.operations + second }
      }
    }
    #expect(isDone)
    #expect(board.power.violation == nil)
    let boot = BootState(state, factoryFloor: 7, factorySequence: 7)
    #expect(boot.phase == .confirmed)
    #expect(boot.floor == (confirms ? 8 : 7))
    #expect(boot.sequence == (confirms ? 8 : 7))
  }
}
