DeviceProgram.run()
