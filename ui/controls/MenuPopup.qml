import QtQuick
import QtQuick.Templates as T
import Soliloquy

// A menu that drops from a button. Entries are MenuRow.
T.Menu {
    id: control
    implicitWidth: Math.max(180, contentItem.implicitWidth + 12)
    implicitHeight: contentItem.implicitHeight + 12
    padding: 6
    margins: 8
    overlap: 1
    delegate: MenuRow {}
    contentItem: ListView {
        implicitHeight: contentHeight
        implicitWidth: {
            let widest = 0
            for (let i = 0; i < control.count; ++i) widest = Math.max(widest, control.itemAt(i) ? control.itemAt(i).implicitWidth : 0)
            return Math.min(widest, 420)
        }
        model: control.contentModel
        interactive: false
        currentIndex: control.currentIndex
        clip: true
    }
    background: Rectangle {
        radius: 8
        color: Theme.raised
        border.width: 1
        border.color: Theme.line
        Shadow { z: -1; radius: 8 }
    }
    enter: Transition { NumberAnimation { property: "opacity"; from: 0; to: 1; duration: Theme.quick } }
}
