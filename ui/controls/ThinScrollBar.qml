import QtQuick
import QtQuick.Templates as T
import Soliloquy

T.ScrollBar {
    id: control
    implicitWidth: 10
    implicitHeight: 10
    padding: 2
    minimumSize: 0.06
    visible: policy !== T.ScrollBar.AlwaysOff && size < 1.0
    contentItem: Rectangle {
        implicitWidth: 6
        implicitHeight: 6
        radius: 3
        color: Theme.lineStrong
        opacity: control.pressed ? 0.9 : control.hovered ? 0.7 : control.active ? 0.45 : 0.0
    }
    Accessible.ignored: true
}
