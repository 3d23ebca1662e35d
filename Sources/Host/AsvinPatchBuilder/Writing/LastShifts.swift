import AsvinPatch

/// The last four shifts to the old image and the last four within the new one, as the codec keeps them.
struct LastShifts {
  private var shifts: InlineArray<8, UInt32> = .init(repeating: 0)

  /// One of the shifts: 0...3 to the old image, 4...7 within the new one, the latest first.
  subscript(place: Int) -> UInt32 { shifts[place] }

  /// The index of a shift among the four; 4 if it is not one of them.
  func place(of shift: UInt32, isRepeat: Bool) -> Int {
    for place in 0..<4 where shifts[(isRepeat ? 4 : 0) + place] == shift { return place }
    return 4
  }

  /// The coded form of a cover that follows the last one.
  func copy(of cover: Cover, after run: Int, isRepeat: Bool, oldSize: UInt32) -> CopyPrices.Copy {
    let shift = cover.old &- cover.new
    let distance = isRepeat ? oldSize &- shift : shift &- shifts[0]
    return CopyPrices.Copy(
      run: run, length: Int(cover.length), isRepeat: isRepeat, place: place(of: shift, isRepeat: isRepeat),
      distance: Int(Int32(bitPattern: distance).magnitude))
  }

  /// Uses a shift, which makes it the latest one.
  mutating func use(_ shift: UInt32, isRepeat: Bool) {
    let first = isRepeat ? 4 : 0
    var place = first + min(place(of: shift, isRepeat: isRepeat), 3)
    while place > first {
      shifts[place] = shifts[place - 1]
      place -= 1
    }
    shifts[first] = shift
  }
}
