import QtQuick
import Soliloquy

// "2 of 3" with the way to the others.
Row {
    id: control
    property int sibling: 0
    property int siblings: 1
    signal picked(int index)
    spacing: 0
    IconButton {
        width: 22
        icon_: "chevron-left"
        iconSize: 16
        enabled: control.sibling > 0
        name: qsTr("Previous version")
        onClicked: control.picked(control.sibling - 1)
    }
    Words {
        height: 28
        text: qsTr("%1 of %2").arg(control.sibling + 1).arg(control.siblings)
        font.pixelSize: Theme.size12
        color: Theme.faint
    }
    IconButton {
        width: 22
        icon_: "chevron-right"
        iconSize: 16
        enabled: control.sibling + 1 < control.siblings
        name: qsTr("Next version")
        onClicked: control.picked(control.sibling + 1)
    }
}
