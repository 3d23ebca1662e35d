import AsvinPatch

/// Orders windows so that few old bytes are overwritten before they are wanted.
///
/// To find the best order is hard (it is the feedback arc set of who wants whose bytes), so each window of a first
/// order is moved to where it does least harm, until nothing gets better.
struct WindowOrder {
  /// More windows than these stay in their first order.
  private static let limit = 2048
  private static let passes = 12
  let count: Int
  /// For each window, row by row, how many of its old bytes each other one wants.
  private var wanted: [Int32]

  /// - Parameter wants: bytes that a window wants of another.
  init(count: Int, _ wants: (_ note: (_ window: Int, _ of: Int, _ bytes: Int) -> Void) -> Void) {
    self.count = count
    var wanted = [Int32](repeating: 0, count: count <= Self.limit ? count * count : 0)
    if count <= Self.limit {
      wants { window, source, bytes in wanted[source * count + window] += Int32(bytes) }
    }
    self.wanted = wanted
  }

  /// Orders that are worth a trial: upwards, downwards, and the better of the two made better still.
  var candidates: [[UInt32]] {
    let upwards = Array(0..<count), downwards = Array((0..<count).reversed())
    guard count > 2, count <= Self.limit else { return [upwards, downwards].map { $0.map(UInt32.init) } }
    let (up, down) = (improved(upwards), improved(downwards))
    return [upwards, downwards, loss(up) < loss(down) ? up : down].map { $0.map(UInt32.init) }
  }

  private func loss(_ order: [Int]) -> Int {
    var loss = 0
    for place in order.indices {
      for later in order[(place + 1)...] { loss += Int(wanted[order[place] * count + later]) }
    }
    return loss
  }

  private func improved(_ first: [Int]) -> [Int] {
    var order = first
    for _ in 0..<Self.passes {
      var hasChanged = false
      for window in first {
        guard let place = order.firstIndex(of: window) else { continue }
        order.remove(at: place)
        // The cost of each place in the order, relative to the cost of the first place.
        var (cost, costs) = (0, [0])
        for other in order {
          cost += Int(wanted[other * count + window]) - Int(wanted[window * count + other])
          costs.append(cost)
        }
        var best = place
        for index in costs.indices where costs[index] < costs[best] { best = index }
        order.insert(window, at: best)
        if best != place { hasChanged = true }
      }
      if !hasChanged { break }
    }
    return order
  }
}
