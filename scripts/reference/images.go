// Pixels that Go's decoders find in the image files given: what the tests of app/ml/images compare with.
// go run scripts/reference/images.go FILE... > app/ml/images/images.reference.json
package main

import (
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	_ "image/jpeg"
	_ "image/png"
	"os"
	"path/filepath"
)

// Reference is the size, the mean colour of each block of 10 × 10 pixels, and one row as it is.
type Reference struct {
	Width  int `json:"width"`
	Height int `json:"height"`
	Blocks        []float64 `json:"blocks"`
	Row           int       `json:"row"`
	Pixels        []int     `json:"pixels"`
}

// Over white, in 0…255.
func at(picture image.Image, x, y int) [3]float64 {
	c := color.NRGBA64Model.Convert(picture.At(x, y)).(color.NRGBA64)
	alpha := float64(c.A) / 65535
	over := func(value uint16) float64 { return (float64(value)*alpha + 65535*(1-alpha)) / 257 }
	return [3]float64{over(c.R), over(c.G), over(c.B)}
}

func main() {
	all := map[string]Reference{}
	for _, path := range os.Args[1:] {
		file, err := os.Open(path)
		if err != nil {
			panic(err)
		}
		picture, _, err := image.Decode(file)
		if err != nil {
			panic(fmt.Sprint(path, err))
		}
		w, h := picture.Bounds().Dx(), picture.Bounds().Dy()
		found := Reference{Width: w, Height: h, Row: h / 2}
		for by := 0; by < h/10; by++ {
			for bx := 0; bx < w/10; bx++ {
				var sum [3]float64
				for i := 0; i < 100; i++ {
					c := at(picture, bx*10+i%10, by*10+i/10)
					for k := range sum {
						sum[k] += c[k] / 100
					}
				}
				for _, value := range sum {
					found.Blocks = append(found.Blocks, float64(int(value*10+0.5))/10)
				}
			}
		}
		for x := 0; x < w; x++ {
			for _, value := range at(picture, x, found.Row) {
				found.Pixels = append(found.Pixels, int(value+0.5))
			}
		}
		all[filepath.Base(path)] = found
	}
	text, _ := json.Marshal(all)
	fmt.Println(string(text))
}
