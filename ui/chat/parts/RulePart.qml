import QtQuick
import Soliloquy

PartFrame {
    id: part
    required gap
    Item {
        width: part.measure
        height: 9
        Rectangle { y: 4; width: parent.width; height: 1; color: Theme.line }
    }
}
