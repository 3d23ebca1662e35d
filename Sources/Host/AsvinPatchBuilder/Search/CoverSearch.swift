import AsvinPatch

/// Finds the covers with the lowest total cost. The search walks through the new image. At each byte it continues one of a
/// few diagonals, switches to another one from the suffix index, or writes a literal.
struct CoverSearch: Sendable {
  /// The unchanged images.
  let old: [UInt8]
  let new: [UInt8]
  /// The images in the form that is searched.
  let searched: SearchedImages

  /// Matches shorter than this do not begin a cover.
  private static let shortest = 6
  private static let width = 8
  /// The number of places that are kept, for covers that begin before the match that reveals them.
  private static let window = 4096

  private struct Walk {
    var cost: Double
    var shift: Int
    var start: Int
    var previous: Int32
  }

  /// A cover or a run of literals on a path. It is small, because a large image has many of them.
  private struct Piece: Equatable {
    static let literals = Int32.min
    var start: Int32
    var shift: Int32
    var previous: Int32
  }

  /// The cheapest path to a place, and its last piece.
  private struct Best {
    var cost = 0.0
    var piece: Int32 = -1
  }

  /// The covers, in the new image's order.
  func covers(_ costs: Costs) -> [Cover] {
    var state = State(literals: Walk(cost: 0, shift: 0, start: 0, previous: -1))
    for place in new.indices {
      state.settle(place)
      if place >= state.nextSearch { search(place, costs, &state) }
      advance(place, costs, &state)
    }
    return state.covers(end: new.count)
  }

  private struct State {
    var literals: Walk
    /// At most `width` walks, each on another diagonal.
    var walks: [Walk] = []
    var pieces: [Piece] = []
    var ring = [Best](repeating: Best(), count: CoverSearch.window)
    var nextSearch = 0
    private var last = Piece(start: -1, shift: Piece.literals, previous: -2)

    init(literals: Walk) { self.literals = literals }

    /// Records the cheapest path to a place.
    mutating func settle(_ place: Int) {
      var (best, isLiteral) = (literals, true)
      for walk in walks where walk.cost < best.cost { (best, isLiteral) = (walk, false) }
      let piece = Piece(
        start: Int32(best.start), shift: isLiteral ? Piece.literals : Int32(best.shift), previous: best.previous)
      if piece != last {
        pieces.append(piece)
        last = piece
      }
      ring[place % CoverSearch.window] = Best(cost: best.cost, piece: Int32(pieces.count - 1))
    }

    mutating func covers(end: Int) -> [Cover] {
      settle(end)
      var (result, end, number) = ([Cover](), end, Int32(pieces.count - 1))
      while number >= 0 {
        let piece = pieces[Int(number)]
        let start = Int(piece.start)
        if piece.shift != Piece.literals, end > start {
          let source = UInt32(piece.start + piece.shift)
          result.append(Cover(new: UInt32(start), old: source, length: UInt32(end - start)))
        }
        end = min(end, start)
        number = piece.previous
      }
      return result.reversed()
    }
  }

  /// The cost of a copied byte.
  private func cost(_ place: Int, from source: Int, _ costs: Costs) -> Double {
    if old[source] == new[place] { return costs.hit }
    return searched.old.bytes[source] == searched.new[place] ? costs.reference : costs.miss
  }

  private func search(_ place: Int, _ costs: Costs, _ state: inout State) {
    let found = searched.longest(place)
    // Inside a long match, no better one can begin.
    if found.length > 32 {
      state.nextSearch = place + found.length - 16
    } else if found.length > 12 {
      state.nextSearch = place + found.length / 4
    }
    let shift = found.at - place
    guard found.length >= Self.shortest, !state.walks.contains(where: { $0.shift == shift }) else { return }
    // Search backwards from the match, as long as an earlier start is cheaper.
    var (cost, cheapest, start) = (0.0, state.ring[place % Self.window].cost, place)
    var back = place - 1
    while back >= 0, place - back < Self.window - 1, back + shift >= 0, cost < 60 {
      cost += self.cost(back, from: back + shift, costs)
      let before = state.ring[back % Self.window].cost
      if before + cost < cheapest { (cheapest, start) = (before + cost, back) }
      back -= 1
    }
    let walk = Walk(
      cost: cheapest + costs.begin, shift: shift, start: start, previous: state.ring[start % Self.window].piece)
    guard state.walks.count == Self.width else {
      state.walks.append(walk)
      return
    }
    var worst = 0
    for index in state.walks.indices where state.walks[index].cost > state.walks[worst].cost { worst = index }
    if state.walks[worst].cost > walk.cost { state.walks[worst] = walk }
  }

  private func advance(_ place: Int, _ costs: Costs, _ state: inout State) {
    // Literals can begin anywhere.
    let best = state.ring[place % Self.window]
    if best.cost + costs.end < state.literals.cost {
      state.literals = Walk(cost: best.cost + costs.end, shift: 0, start: place, previous: best.piece)
    }
    state.literals.cost += costs.literal
    var (cheapest, index) = (state.literals.cost, 0)
    while index < state.walks.count {
      let source = place + state.walks[index].shift
      guard source < old.count else {
        state.walks.remove(at: index)
        continue
      }
      state.walks[index].cost += cost(place, from: source, costs)
      cheapest = min(cheapest, state.walks[index].cost)
      index += 1
    }
    // Drop a walk that costs more than starting it again.
    let limit = cheapest + costs.begin + 12
    if state.walks.contains(where: { $0.cost >= limit }) { state.walks.removeAll { $0.cost >= limit } }
  }
}
