import QtQuick
import Soliloquy

// What stands above the list: where models were found, the user's own folders, and what could not be read.
Column {
    id: head
    required property QtObject models
    topPadding: 24
    bottomPadding: 16
    spacing: 8

    Words {
        width: parent.width
        text: head.models.foundIn
              + " " + qsTr("Drop a GGUF file anywhere to add it. Nothing is moved or copied.")
        font.pixelSize: Theme.size14
        lineHeight: 1.4
        color: Theme.muted
        wrapMode: Text.Wrap
    }
    Words {
        width: parent.width
        visible: text !== ""
        text: head.models.machine
        color: Theme.faint
    }
    Flow {
        width: parent.width
        spacing: 8
        visible: head.models.folders.length > 0
        Repeater {
            model: head.models.folders
            Rectangle {
                required property string modelData
                width: Math.min(folder.implicitWidth + 44, head.width)
                height: 28
                radius: Theme.radius
                color: Theme.field
                Words {
                    id: folder
                    x: 10
                    width: parent.width - 40
                    height: parent.height
                    text: parent.modelData
                    elide: Text.ElideMiddle
                }
                IconButton {
                    anchors.right: parent.right
                    icon_: "close"
                    iconSize: 14
                    name: qsTr("Do not look in %1").arg(parent.modelData)
                    onClicked: head.models.removeFolder(parent.modelData)
                }
            }
        }
    }
    Repeater {
        model: head.models.troubles.slice(0, 4)
        Words {
            required property string modelData
            width: head.width
            text: modelData
            wrapMode: Text.Wrap
            color: Theme.amber
        }
    }
}
