import QtQuick
import Soliloquy

// A thin determinate bar.
Rectangle {
    id: bar
    property real value: 0
    property color fill: Theme.accent
    implicitHeight: 4
    implicitWidth: 64
    radius: height / 2
    color: Theme.field
    Rectangle {
        height: parent.height
        radius: parent.radius
        width: bar.value <= 0 ? 0 : Math.max(parent.height, Math.min(1, bar.value) * parent.width)
        color: bar.fill
    }
    Accessible.role: Accessible.ProgressBar
    Accessible.ignored: !visible
    Accessible.name: Math.round(value * 100) + " %"
}
